import type { Verdict } from './model';

/** A tone, and how the phone shakes: told apart without looking, by ear or by hand. */
interface Signal {
  /** Hz, and seconds; one after the other. */
  tones: readonly (readonly [frequency: number, length: number])[];
  /** Milliseconds on and off. */
  shake: number[];
}

const GOOD: Signal = {
  tones: [
    [880, 0.09],
    [1320, 0.14],
  ],
  shake: [60],
};
const CAREFUL: Signal = {
  tones: [
    [520, 0.16],
    [520, 0.16],
  ],
  shake: [120, 80, 120],
};
const BAD: Signal = { tones: [[170, 0.45]], shake: [400] };

const signals: Readonly<Record<Verdict, Signal>> = {
  first: GOOD,
  again: CAREFUL,
  failed: CAREFUL,
  void: BAD,
  unknown: BAD,
  otherEvent: BAD,
};

const VOLUME = 0.25;
const GAP_S = 0.04;

/** Sounds and shakes. Browsers allow sound only after a touch, so that this is made when scanning is started. */
export class Signals {
  #audio: AudioContext | undefined;

  /** To be called from a click or a key. */
  unlock(): void {
    if (typeof AudioContext === 'undefined') return;
    this.#audio ??= new AudioContext();
    void this.#audio.resume();
  }

  give(verdict: Verdict, { sound }: { sound: boolean }): void {
    const { tones, shake } = signals[verdict];
    navigator.vibrate?.(shake);
    if (sound && this.#audio?.state === 'running') play(this.#audio, tones);
  }

  close(): void {
    void this.#audio?.close();
    this.#audio = undefined;
  }
}

function play(audio: AudioContext, tones: Signal['tones']): void {
  let at = audio.currentTime;
  for (const [frequency, length] of tones) {
    const oscillator = audio.createOscillator();
    const gain = audio.createGain();
    oscillator.frequency.value = frequency;
    gain.gain.setValueAtTime(VOLUME, at);
    gain.gain.exponentialRampToValueAtTime(0.001, at + length);
    oscillator.connect(gain).connect(audio.destination);
    oscillator.start(at);
    oscillator.stop(at + length);
    at += length + GAP_S;
  }
}
