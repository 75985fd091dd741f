import { Button, IconButton, LinkButton } from './button';
import type { Stories } from './gallery/story';
import { Cluster, Stack } from './layout';

export const stories: Stories = {
  title: 'Button',
  states: {
    tones: () => (
      <Cluster>
        <Button tone="primary">Get a ticket</Button>
        <Button>Preview</Button>
        <Button tone="quiet">Cancel</Button>
        <Button tone="danger">Cancel the event</Button>
      </Cluster>
    ),
    'with icon': () => (
      <Cluster>
        <Button tone="primary" icon="ticket">
          Your ticket
        </Button>
        <Button icon="share">Share</Button>
      </Cluster>
    ),
    small: () => (
      <Cluster>
        <Button size="small" tone="primary">
          Approve
        </Button>
        <Button size="small">Reject</Button>
      </Cluster>
    ),
    'busy and disabled': () => (
      <Cluster>
        <Button tone="primary" busy>
          Saving
        </Button>
        <Button disabled>Sold out</Button>
        <Button tone="primary" disabled>
          Not yet
        </Button>
      </Cluster>
    ),
    'icon only': () => (
      <Cluster>
        <IconButton icon="microphone" label="Mute" shortcut="M" tone="secondary" />
        <IconButton icon="cameraOff" label="Turn the camera on" tone="danger" />
        <IconButton icon="more" label="More" />
      </Cluster>
    ),
    'link and wide': () => (
      <Stack gap={3}>
        <LinkButton href="#calendar" icon="calendar">
          Add to calendar
        </LinkButton>
        <Button tone="primary" wide>
          Join now
        </Button>
      </Stack>
    ),
  },
};
