import { type Problem, ProblemError, toProblem } from '~/lib/problem/problem';
import { createStore, type Store } from '~/lib/store';
import type { Readings } from '../connection/readings';
import { JoinTiming, type JoinTimingWorld } from './join-timing';
import {
  emptyStage,
  type GoneReason,
  type MediaEvents,
  type MediaRoom,
  type OpenMediaRoom,
  type Stage,
} from './media-room';

/** Where somebody stands with a live room. */
export type CallState =
  | { kind: 'idle' }
  | { kind: 'joining' }
  /** `mending`: the connection is broken, and being mended. */
  | { kind: 'live'; mending: boolean }
  /** Over, for this reason; joining again is possible except after 'ended'. */
  | { kind: 'over'; reason: Exclude<GoneReason, 'lost'> }
  | { kind: 'failed'; problem: Problem };

/** What one brings to the stage. */
export interface Devices {
  microphone: boolean;
  camera: boolean;
  microphoneId?: string | undefined;
  cameraId?: string | undefined;
}

/** The world outside, so that tests can hold it still. */
export interface CallWorld {
  /** Takes a seat. */
  join(): Promise<{ token: string; url: string }>;
  open: OpenMediaRoom;
  wait(pause_ms: number): Promise<void>;
  onData(bytes: Uint8Array, topic: string | undefined): void;
  /** The room can be spoken to, for the first time or again. */
  onConnected(): void;
  /** Who joins is asked how long it took; coming back by itself is not joining. */
  timing?: JoinTimingWorld;
}

/** Pauses before trying to come back after the media library has given up; then it is said. */
const RETURN_PAUSES_MS = [500, 1_000, 2_000, 4_000, 8_000];

/** Joining, staying, coming back and leaving. React only draws what `state` and `stage` hold. */
export class Call {
  readonly state: Store<CallState> = createStore<CallState>({ kind: 'idle' });
  readonly stage: Store<Stage> = createStore<Stage>(emptyStage);
  readonly #world: CallWorld;
  #room: MediaRoom | undefined;
  #devices: Devices = { microphone: false, camera: false };
  /** Counts joins, so that what an earlier one still says is not heard. */
  #turn = 0;
  #timing: JoinTiming | undefined;

  constructor(world: CallWorld) {
    this.#world = world;
  }

  /** Takes a seat and brings `devices` along. A second call while one is at work does nothing. */
  async join(devices: Devices): Promise<void> {
    const { kind } = this.state.get();
    if (kind === 'joining' || kind === 'live') return;
    this.#devices = devices;
    this.#timing = this.#world.timing && new JoinTiming(this.#world.timing);
    this.state.set({ kind: 'joining' });
    await this.#enter().catch((error) => this.#fail(error));
  }

  async leave(): Promise<void> {
    this.#turn += 1;
    this.state.set({ kind: 'over', reason: 'left' });
    this.stage.set(emptyStage);
    const room = this.#room;
    this.#room = undefined;
    await room?.disconnect();
  }

  /** Someone said that the show is over, in another way than the connection. */
  end(): void {
    if (this.state.get().kind === 'live') this.#gone('ended', this.#turn);
  }

  async setMicrophone(on: boolean): Promise<void> {
    this.#devices = { ...this.#devices, microphone: on };
    await this.#room?.setMicrophone(on, this.#devices.microphoneId);
    this.#look();
  }

  async setCamera(on: boolean): Promise<void> {
    this.#devices = { ...this.#devices, camera: on };
    await this.#room?.setCamera(on, this.#devices.cameraId);
    this.#look();
  }

  async setScreen(on: boolean): Promise<void> {
    await this.#room?.setScreen(on);
    this.#look();
  }

  async startAudio(): Promise<void> {
    await this.#room?.startAudio();
    this.#look();
  }

  /** How the connection is now; undefined outside of the room. */
  async readings(): Promise<Readings | undefined> {
    return this.#room?.readings();
  }

  async publish(bytes: Uint8Array, topic: string): Promise<void> {
    if (!this.#room) throw new Error('not in the room');
    await this.#room.publish(bytes, topic);
  }

  async #enter(): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    const { token, url } = await this.#world.join();
    this.#timing?.seated(token);
    const room = await this.#world.open(this.#events(turn));
    this.#timing?.mark('open');
    await room.connect(url, token);
    this.#timing?.mark('transport');
    if (turn !== this.#turn) {
      await room.disconnect();
      return;
    }
    this.#room = room;
    this.state.set({ kind: 'live', mending: false });
    this.#look();
    this.#world.onConnected();
    await this.#bring(room);
  }

  /** A device that fails does not keep anybody out: its button shows that it is off. */
  async #bring(room: MediaRoom): Promise<void> {
    const { microphone, camera, microphoneId, cameraId } = this.#devices;
    await Promise.allSettled([
      microphone && room.setMicrophone(true, microphoneId),
      camera && room.setCamera(true, cameraId),
    ]);
    this.#look();
  }

  #events(turn: number): MediaEvents {
    const now = (act: () => void) => () => {
      if (turn === this.#turn) act();
    };
    return {
      changed: now(() => this.#look()),
      data: (bytes, topic) => turn === this.#turn && this.#world.onData(bytes, topic),
      signalled: now(() => this.#timing?.mark('signalling')),
      pictured: now(() => this.#timing?.mark('picture')),
      reconnecting: now(() => this.#mend(true)),
      reconnected: now(() => {
        this.#mend(false);
        this.#world.onConnected();
      }),
      gone: (reason) => this.#gone(reason, turn),
    };
  }

  #mend(mending: boolean): void {
    if (this.state.get().kind === 'live') this.state.set({ kind: 'live', mending });
  }

  #look(): void {
    if (this.#room) this.stage.set(this.#room.stage());
  }

  #gone(reason: GoneReason, turn: number): void {
    if (turn !== this.#turn || this.state.get().kind !== 'live') return;
    this.#room = undefined;
    if (reason === 'lost') {
      void this.#return();
      return;
    }
    this.#turn += 1;
    this.stage.set(emptyStage);
    this.state.set({ kind: 'over', reason });
  }

  /** The media library has given up. The seat may be gone as well, so a new one is taken. */
  async #return(): Promise<void> {
    this.#mend(true);
    let problem: Problem | undefined;
    for (const pause of RETURN_PAUSES_MS) {
      const turn = this.#turn;
      await this.#world.wait(pause);
      if (turn !== this.#turn) return;
      try {
        await this.#enter();
        return;
      } catch (error) {
        problem = toProblem(error);
        // What the server refuses, it refuses the next time too: the show is over, the ticket is void.
        if (!problem.transient) break;
      }
    }
    if (problem) this.#fail(new ProblemError(problem));
  }

  #fail(error: unknown): void {
    this.#room = undefined;
    this.stage.set(emptyStage);
    const problem = error instanceof ProblemError ? error.problem : toProblem(error);
    if (problem.reason === 'ROOM_NOT_OPEN') this.state.set({ kind: 'over', reason: 'ended' });
    else this.state.set({ kind: 'failed', problem });
  }
}
