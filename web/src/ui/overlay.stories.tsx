import { useState } from 'react';
import { Button, IconButton } from './button';
import { Dialog, Drawer } from './dialog';
import type { Stories } from './gallery/story';
import { Cluster } from './layout';
import { Menu, MenuChoice, MenuItem, MenuLabel, MenuSeparator } from './menu';
import { showToast } from './toast';
import { Tooltip } from './tooltip';

function DialogState() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>Open dialog</Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title="End the session?"
        description="43 people are watching. They see that it has ended; the recording stays."
        actions={
          <>
            <Button tone="quiet" onClick={() => setOpen(false)}>
              Stay on air
            </Button>
            <Button tone="danger" onClick={() => setOpen(false)}>
              End for everyone
            </Button>
          </>
        }
      />
    </>
  );
}

function DrawerState() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>Open drawer</Button>
      <Drawer open={open} onOpenChange={setOpen} title="Order ord_4x2">
        <p>Two tickets for Ada Lovelace.</p>
      </Drawer>
    </>
  );
}

function MenuState() {
  const [sort, setSort] = useState<'time' | 'name'>('time');
  return (
    <Menu
      align="start"
      trigger={<IconButton icon="more" label="More about this event" tone="secondary" />}
    >
      <MenuLabel>An evening on ownership</MenuLabel>
      <MenuItem icon="edit">Edit</MenuItem>
      <MenuItem icon="copy">Clone</MenuItem>
      <MenuSeparator />
      <MenuChoice
        label="Order"
        value={sort}
        onChange={setSort}
        options={[
          { value: 'time', label: 'By time' },
          { value: 'name', label: 'By name' },
        ]}
      />
      <MenuSeparator />
      <MenuItem icon="trash" danger>
        Cancel the event
      </MenuItem>
    </Menu>
  );
}

export const stories: Stories = {
  title: 'Overlay',
  states: {
    dialog: DialogState,
    drawer: DrawerState,
    menu: MenuState,
    tooltip: () => (
      <Tooltip text="Everybody with the link can see it">
        <Button>Unlisted</Button>
      </Tooltip>
    ),
    toast: () => (
      <Cluster>
        <Button onClick={() => showToast('Saved.', { tone: 'success' })}>Success</Button>
        <Button onClick={() => showToast('The link is in your clipboard.')}>Neutral</Button>
        <Button
          onClick={() =>
            showToast('Message removed.', { action: { label: 'Undo', run: () => {} } })
          }
        >
          With undo
        </Button>
      </Cluster>
    ),
  },
};
