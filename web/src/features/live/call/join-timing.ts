/** The steps from the click on Join to the first picture, in their order. */
const joinSteps = ['seat', 'open', 'signalling', 'transport', 'picture'] as const;

export type JoinStep = (typeof joinSteps)[number];

/** How long each step took, counted from the click. */
export interface JoinTimes {
  steps: { step: JoinStep; start_ms: number; end_ms: number }[];
  /** Between the click and now. */
  elapsed_ms: number;
}

/** The world outside, so that tests can hold it still. */
export interface JoinTimingWorld {
  /** Milliseconds, of a clock that does not jump. */
  now(): number;
  after(pause_ms: number, act: () => void): void;
  /** Takes the times, once for each join. */
  report(token: string, times: JoinTimes): void;
}

/** Nobody may be on stage: without a picture so long after the connection, the join is told without one. */
const PICTURE_WAIT_MS = 10_000;

/** Takes the time of one join. A step ends when it is marked, and the next begins then; what comes out of turn is nothing. */
export class JoinTiming {
  readonly #world: JoinTimingWorld;
  readonly #clicked: number;
  readonly #steps: JoinTimes['steps'] = [];
  #token: string | undefined;
  #told = false;

  constructor(world: JoinTimingWorld) {
    this.#world = world;
    this.#clicked = world.now();
  }

  /** The seat is taken; its token says which trace the times belong to. */
  seated(token: string): void {
    this.#token = token;
    this.mark('seat');
  }

  mark(step: JoinStep): void {
    if (this.#told || joinSteps[this.#steps.length] !== step) return;
    const end_ms = this.#world.now() - this.#clicked;
    const start_ms = this.#steps.at(-1)?.end_ms ?? 0;
    this.#steps.push({ step, start_ms, end_ms });
    if (step === 'transport') this.#world.after(PICTURE_WAIT_MS, () => this.#tell());
    if (step === 'picture') this.#tell();
  }

  #tell(): void {
    if (this.#told || this.#token === undefined) return;
    this.#told = true;
    const elapsed_ms = this.#world.now() - this.#clicked;
    this.#world.report(this.#token, { steps: this.#steps, elapsed_ms });
  }
}
