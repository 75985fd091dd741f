import type { PlaybackReport } from '~/gen/plenary/live/v1/connection_pb';
import { createStore, type Store } from '~/lib/store';
import { compare, type Health, type Verdict, verdictOf } from './health';
import { playbackOf } from './playback';
import type { Readings } from './readings';

export interface ConnectionState {
  verdict: Verdict;
  /** Undefined until two readings were taken. */
  health: Health | undefined;
}

/** The world outside, so that tests can hold it still. */
export interface ConnectionWorld {
  /** Undefined while there is no room. */
  read(): Promise<Readings | undefined>;
  /** Calls `act` again and again; returns what calls it off. */
  every(interval_ms: number, act: () => void): () => void;
  /** Takes what the organizer is to know of this browser. */
  tell?(report: PlaybackReport): void;
}

/** Long enough for a share of packets to mean something, short enough to be about now. */
const INTERVAL_MS = 2_000;
/** Looks between two reports to the organizer: ten seconds. */
const LOOKS_PER_REPORT = 5;
/** A verdict that is not repeated was a hiccup: nobody has to read of it. */
const SAME_MIN = 2;

/** Looks at the connection every few seconds and says how it is, in one word that does not flicker. */
export class Connection {
  readonly state: Store<ConnectionState> = createStore<ConnectionState>({
    verdict: 'good',
    health: undefined,
  });
  readonly #world: ConnectionWorld;
  #last: Readings | undefined;
  #candidate: Verdict = 'good';
  #seen = 0;
  #looking = false;
  /** What was last told of, and how many looks ago. */
  #told: Readings | undefined;
  #looks = 0;

  constructor(world: ConnectionWorld) {
    this.#world = world;
  }

  /** Looks from now on; returns what ends that. */
  watch(): () => void {
    return this.#world.every(INTERVAL_MS, () => void this.look());
  }

  /** One look. A reading that fails says nothing: the next one may. */
  async look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    const readings = await this.#world
      .read()
      .catch(() => undefined)
      .finally(() => {
        this.#looking = false;
      });
    const before = this.#last;
    this.#last = readings;
    this.#tell(readings);
    if (!readings || !before) return;
    const health = compare(before, readings);
    this.state.set({ verdict: this.#settle(verdictOf(health)), health });
  }

  /** A time without a room is told by nobody: the next one begins anew. */
  #tell(readings: Readings | undefined): void {
    this.#looks += 1;
    if (readings && this.#told && this.#looks < LOOKS_PER_REPORT) return;
    if (readings && this.#told) this.#world.tell?.(playbackOf(this.#told, readings));
    this.#told = readings;
    this.#looks = 0;
  }

  #settle(found: Verdict): Verdict {
    this.#seen = found === this.#candidate ? this.#seen + 1 : 1;
    this.#candidate = found;
    return this.#seen >= SAME_MIN ? found : this.state.get().verdict;
  }
}
