import { timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import { type Client, Code } from '@connectrpc/connect';
import { type Event, EventVisibility } from '~/gen/plenary/events/v1/event_pb';
import type { EventService } from '~/gen/plenary/events/v1/event_service_pb';
import { newRequestId } from '~/lib/ids';
import { type Problem, toProblem } from '~/lib/problem/problem';
import { createStore, type Store } from '~/lib/store';
import { viewerZone } from '~/lib/time';
import { instantOf, type WallTime, wallTimeOf } from '~/lib/zoned';

/** What the editor's fields hold. Times are on the wall clock of `timeZone`. */
export interface DraftValues {
  title: string;
  summary: string;
  descriptionMarkdown: string;
  coverId: string;
  coverAlt: string;
  start: WallTime;
  end: WallTime;
  timeZone: string;
  visibility: EventVisibility;
}

export type DraftField = keyof DraftValues;

/** How a change stands: all is stored, it waits, it is under way, or why it is not. */
export type Saving = 'saved' | 'waiting' | 'saving' | 'failed' | 'refused' | 'conflict';

export interface DraftState {
  /** As the server had it last. */
  event: Event;
  values: DraftValues;
  saving: Saving;
  problem: Problem | undefined;
  /** The server's words, by field. */
  errors: { [K in DraftField]?: string };
}

/** The world outside, so that tests can hold it still. */
export interface DraftWorld {
  service: Pick<Client<typeof EventService>, 'updateEvent' | 'getEvent'>;
  /** Calls `act` after the pause; returns what calls it off. */
  after(pause_ms: number, act: () => void): () => void;
  onSaved(): void;
}

/** Long enough that a sentence is few saves, short enough that nobody waits for it. */
const PAUSE_MS = 800;
/** A server that could not be reached is asked again by itself, ever more rarely. */
const AGAIN_MIN_MS = 4_000;
const AGAIN_MAX_MS = 60_000;

export function valuesOf(event: Event): DraftValues {
  const timeZone = event.timeZone || viewerZone();
  const wall = (time: Event['startTime']) =>
    time ? wallTimeOf(timestampDate(time), timeZone) : '';
  return {
    title: event.title,
    summary: event.summary,
    descriptionMarkdown: event.descriptionMarkdown,
    coverId: event.cover?.id ?? '',
    coverAlt: event.coverAlt,
    start: wall(event.startTime),
    end: wall(event.endTime),
    timeZone,
    visibility: event.visibility || EventVisibility.PUBLIC,
  };
}

const fields = [
  'title',
  'summary',
  'descriptionMarkdown',
  'coverId',
  'coverAlt',
  'start',
  'end',
  'timeZone',
  'visibility',
] as const satisfies readonly DraftField[];

const paths: Readonly<Record<DraftField, string>> = {
  title: 'title',
  summary: 'summary',
  descriptionMarkdown: 'description_markdown',
  coverId: 'cover.id',
  coverAlt: 'cover_alt',
  start: 'start_time',
  end: 'end_time',
  timeZone: 'time_zone',
  visibility: 'visibility',
};

/** Times mean something together only: the zone moves both. */
const times: readonly DraftField[] = ['start', 'end', 'timeZone'];

export function instantIn(wall: WallTime, zone: string): Date | undefined {
  return wall ? instantOf(wall, zone)?.instant : undefined;
}

/** Whether the times can be stored: both are there and in order, or neither is. */
export function timesFit({ start, end, timeZone }: DraftValues): boolean {
  const [from, to] = [instantIn(start, timeZone), instantIn(end, timeZone)];
  if (!from || !to) return !start && !end;
  return from < to;
}

/** The server stores texts without the blanks around them. */
function plain(value: string | EventVisibility): string | EventVisibility {
  return typeof value === 'string' ? value.trim() : value;
}

/** Fields that differ, times all three or none. */
function changesOf(saved: DraftValues, values: DraftValues): DraftField[] {
  const changed = new Set(fields.filter((field) => plain(saved[field]) !== plain(values[field])));
  if (times.some((field) => changed.has(field))) for (const field of times) changed.add(field);
  return fields.filter((field) => changed.has(field));
}

/** One event in the editor: what was typed is stored by itself, and never over somebody else's words. */
export class EventDraft {
  readonly state: Store<DraftState>;
  readonly #world: DraftWorld;
  #saved: DraftValues;
  #callOff: (() => void) | undefined;
  #running: Promise<void> | undefined;
  #again_ms = AGAIN_MIN_MS;

  constructor(event: Event, world: DraftWorld) {
    this.#world = world;
    this.#saved = valuesOf(event);
    this.state = createStore<DraftState>({
      event,
      values: { ...this.#saved },
      saving: 'saved',
      problem: undefined,
      errors: {},
    });
  }

  set<K extends DraftField>(field: K, value: DraftValues[K]): void {
    const { values, errors, saving } = this.state.get();
    const { [field]: _mended, ...others } = errors;
    this.#put({ values: { ...values, [field]: value }, errors: others });
    // A conflict is for the person to solve; saving on would ask the same again.
    if (saving === 'conflict') return;
    this.#callOff?.();
    this.#callOff = this.#world.after(PAUSE_MS, () => void this.flush());
    if (saving !== 'saving') this.#put({ saving: 'waiting' });
  }

  /** Stores at once what is not stored yet. Resolves when that has ended, well or not. */
  async flush(): Promise<void> {
    this.#callOff?.();
    this.#callOff = undefined;
    while (this.#running) await this.#running;
    if (this.state.get().saving === 'conflict') return;
    this.#running = this.#save().finally(() => {
      this.#running = undefined;
    });
    await this.#running;
  }

  /** Reads the event again, after its agenda or state has changed. What is being typed stays. */
  async refresh(): Promise<void> {
    const { event } = await this.#world.service.getEvent({ eventId: this.state.get().event.id });
    if (event) this.adopt(event);
  }

  /** Takes over what the server has, where nothing was typed. */
  adopt(event: Event): void {
    const theirs = valuesOf(event);
    const { values } = this.state.get();
    const mine = changesOf(this.#saved, values);
    const merged = { ...theirs };
    for (const field of mine) copyField(merged, values, field);
    this.#saved = theirs;
    this.#put({ event, values: merged });
  }

  /** Gives up what was typed and takes what the server has. */
  async reload(): Promise<void> {
    const { event } = await this.#world.service.getEvent({ eventId: this.state.get().event.id });
    if (!event) return;
    this.#saved = valuesOf(event);
    this.#put({
      event,
      values: { ...this.#saved },
      saving: 'saved',
      problem: undefined,
      errors: {},
    });
  }

  /** Whether leaving now would lose something. */
  get unsaved(): boolean {
    return changesOf(this.#saved, this.state.get().values).length > 0;
  }

  async #save(retried = false): Promise<void> {
    const { event, values } = this.state.get();
    const sendable = timesFit(values) && values.title.trim() !== '';
    const changed = changesOf(this.#saved, values).filter((field) => this.#mayGo(field, values));
    if (changed.length === 0) {
      this.#put({ saving: sendable ? 'saved' : 'refused' });
      return;
    }
    this.#put({ saving: 'saving', problem: undefined });
    try {
      const { event: stored } = await this.#world.service.updateEvent({
        requestId: newRequestId(),
        event: wireOf(event.id, values),
        updateMask: { paths: changed.map((field) => paths[field]) },
        etag: event.etag,
      });
      this.#again_ms = AGAIN_MIN_MS;
      for (const field of changed) copyField(this.#saved, values, field);
      if (stored) this.#put({ event: stored });
      const settled = !this.unsaved;
      this.#put({ saving: settled ? 'saved' : sendable ? 'waiting' : 'refused', errors: {} });
      this.#world.onSaved();
    } catch (error) {
      const problem = toProblem(error);
      if (problem.code === Code.Aborted && !retried) return this.#reconcile(changed, problem);
      this.#refuse(problem);
    }
  }

  #mayGo(field: DraftField, values: DraftValues): boolean {
    if (times.includes(field)) return timesFit(values);
    return field !== 'title' || values.title.trim() !== '';
  }

  /** Somebody else was faster. Where they changed other things, both changes stand; else the person decides. */
  async #reconcile(changed: readonly DraftField[], problem: Problem): Promise<void> {
    try {
      const { event } = await this.#world.service.getEvent({ eventId: this.state.get().event.id });
      if (!event) return this.#refuse(problem);
      const theirs = changesOf(this.#saved, valuesOf(event));
      if (theirs.some((field) => changed.includes(field))) {
        this.#put({ saving: 'conflict', problem });
        return;
      }
      this.adopt(event);
      await this.#save(true);
    } catch (error) {
      this.#refuse(toProblem(error));
    }
  }

  #refuse(problem: Problem): void {
    const errors: DraftState['errors'] = {};
    for (const { field, description } of problem.fieldErrors) {
      const found = fields.find(
        (name) => field === `event.${paths[name]}` || field === paths[name],
      );
      if (found) errors[found] ??= description;
    }
    const conflict = problem.code === Code.Aborted;
    const saving = conflict ? 'conflict' : problem.transient ? 'failed' : 'refused';
    this.#put({ saving, problem, errors });
    if (saving !== 'failed') return;
    this.#callOff?.();
    this.#callOff = this.#world.after(
      problem.retryAfter ?? this.#again_ms,
      () => void this.flush(),
    );
    this.#again_ms = Math.min(AGAIN_MAX_MS, this.#again_ms * 2);
  }

  #put(change: Partial<DraftState>): void {
    this.state.set({ ...this.state.get(), ...change });
  }
}

function copyField<K extends DraftField>(to: DraftValues, from: DraftValues, field: K): void {
  to[field] = from[field];
}

/** The event as the server takes it; the mask says what of it counts. */
function wireOf(id: string, values: DraftValues) {
  const time = (wall: WallTime) => {
    const instant = instantIn(wall, values.timeZone);
    return instant && timestampFromDate(instant);
  };
  const [startTime, endTime] = [time(values.start), time(values.end)];
  return {
    id,
    title: values.title.trim(),
    summary: values.summary.trim(),
    descriptionMarkdown: values.descriptionMarkdown,
    coverAlt: values.coverAlt.trim(),
    timeZone: values.timeZone,
    visibility: values.visibility,
    ...(values.coverId && { cover: { id: values.coverId } }),
    ...(startTime && { startTime }),
    ...(endTime && { endTime }),
  };
}
