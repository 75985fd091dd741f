import { create } from '@bufbuild/protobuf';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError } from '@connectrpc/connect';
import { describe, expect, it } from 'vitest';
import { type Event, EventSchema } from '~/gen/plenary/events/v1/event_pb';
import {
  GetEventResponseSchema,
  UpdateEventResponseSchema,
} from '~/gen/plenary/events/v1/event_service_pb';
import { EventDraft } from './draft';

const FIRST = create(EventSchema, {
  id: 'evt_1',
  title: 'A night of talks',
  timeZone: 'Europe/Berlin',
  visibility: 1,
  etag: '1',
});

/** A server that stores what the mask names and refuses an old etag. */
function world(start: Event = FIRST) {
  let stored = start;
  const masks: string[][] = [];
  const pauses: number[] = [];
  let reachable = true;
  let due: (() => void) | undefined;
  const change = (part: Partial<Event>) => {
    stored = { ...stored, ...part, etag: String(Number(stored.etag) + 1) };
  };
  const draft = new EventDraft(start, {
    service: {
      getEvent: async () => create(GetEventResponseSchema, { event: stored }),
      updateEvent: async (request) => {
        if (!reachable) throw new ConnectError('away', Code.Unavailable);
        if (request.etag !== stored.etag) throw new ConnectError('moved on', Code.Aborted);
        const paths = request.updateMask?.paths ?? [];
        masks.push(paths);
        const sent = create(EventSchema, request.event);
        for (const path of paths) {
          if (path === 'title') change({ title: sent.title });
          if (path === 'summary') change({ summary: sent.summary });
          if (path === 'start_time' && sent.startTime) change({ startTime: sent.startTime });
          if (path === 'end_time' && sent.endTime) change({ endTime: sent.endTime });
          if (path === 'time_zone') change({ timeZone: sent.timeZone });
        }
        return create(UpdateEventResponseSchema, { event: stored });
      },
    },
    after: (pause, act) => {
      pauses.push(pause);
      due = act;
      return () => {
        due = undefined;
      };
    },
    onSaved: () => {},
  });
  return {
    ...{ draft, masks, pauses, change },
    stored: () => stored,
    waits: () => due !== undefined,
    /** Lets the pause be over. */
    elapse: () => due?.(),
    reach: (on: boolean) => {
      reachable = on;
    },
  };
}

describe('the draft of an event', () => {
  it('stores what was typed, and only that', async () => {
    const { draft, masks, waits, stored } = world();
    draft.set('summary', 'Five talks. ');
    expect(draft.state.get().saving).toBe('waiting');
    expect(waits()).toBe(true);
    await draft.flush();
    expect(masks).toEqual([['summary']]);
    expect(stored().summary).toBe('Five talks.');
    expect(draft.state.get().saving).toBe('saved');
    expect(draft.state.get().values.summary).toBe('Five talks. ');
    expect(draft.unsaved).toBe(false);
  });

  it('stores times together, on the clocks of their zone, once both are there and in order', async () => {
    const { draft, masks, stored } = world();
    draft.set('start', '2026-12-02T18:00');
    await draft.flush();
    expect(masks).toEqual([]);
    expect(draft.state.get().saving).toBe('refused');
    draft.set('end', '2026-12-02T17:00');
    await draft.flush();
    expect(masks).toEqual([]);
    draft.set('end', '2026-12-02T20:00');
    await draft.flush();
    expect(masks).toEqual([['start_time', 'end_time', 'time_zone']]);
    const start = stored().startTime;
    expect(start && timestampDate(start).toISOString()).toBe('2026-12-02T17:00:00.000Z');
  });

  it('keeps an untitled event titled, and stores the rest', async () => {
    const { draft, masks } = world();
    draft.set('title', '  ');
    draft.set('summary', 'Five talks.');
    await draft.flush();
    expect(masks).toEqual([['summary']]);
    expect(draft.state.get().saving).toBe('refused');
  });

  it('lets both changes stand when somebody else has changed something else', async () => {
    const { draft, change, stored } = world();
    draft.set('summary', 'Mine');
    change({ title: 'Theirs' });
    await draft.flush();
    expect(stored()).toMatchObject({ title: 'Theirs', summary: 'Mine' });
    expect(draft.state.get().values.title).toBe('Theirs');
    expect(draft.state.get().saving).toBe('saved');
  });

  it('asks when both have changed the same, keeps what was typed, and takes theirs on demand', async () => {
    const { draft, change, stored } = world();
    draft.set('title', 'Mine');
    change({ title: 'Theirs' });
    await draft.flush();
    expect(draft.state.get().saving).toBe('conflict');
    expect(draft.state.get().values.title).toBe('Mine');
    expect(stored().title).toBe('Theirs');
    await draft.reload();
    expect(draft.state.get()).toMatchObject({ saving: 'saved', values: { title: 'Theirs' } });
    draft.set('title', 'Ours');
    await draft.flush();
    expect(stored().title).toBe('Ours');
  });

  it('stores by itself when the server can be reached again, asking ever more rarely', async () => {
    const { draft, pauses, reach, elapse, stored } = world();
    reach(false);
    draft.set('summary', 'Written in a tunnel');
    await draft.flush();
    expect(draft.state.get().saving).toBe('failed');
    elapse();
    await draft.flush();
    const [, first, second] = pauses;
    expect(second).toBeGreaterThan(first ?? 0);
    reach(true);
    elapse();
    await draft.flush();
    expect(stored().summary).toBe('Written in a tunnel');
    expect(draft.state.get().saving).toBe('saved');
  });

  it('takes over what came with the agenda without touching what is being typed', async () => {
    const { draft, change } = world();
    draft.set('summary', 'Being typed');
    change({ title: 'Theirs' });
    await draft.refresh();
    expect(draft.state.get().values).toMatchObject({ title: 'Theirs', summary: 'Being typed' });
    expect(draft.unsaved).toBe(true);
  });
});
