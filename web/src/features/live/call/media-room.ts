import type { Readings } from '../connection/readings';

/** What the call needs of a media library. livekit.ts is the one for browsers; tests have their own. */
export interface MediaRoom {
  connect(url: string, token: string): Promise<void>;
  disconnect(): Promise<void>;
  setMicrophone(on: boolean, deviceId?: string): Promise<void>;
  setCamera(on: boolean, deviceId?: string): Promise<void>;
  setScreen(on: boolean): Promise<void>;
  /** Sends to everybody in the room, over the reliable data channel. */
  publish(bytes: Uint8Array, topic: string): Promise<void>;
  /** Lets the browser play sound: call it from a click. */
  startAudio(): Promise<void>;
  /** What there is to see and hear now. */
  stage(): Stage;
  /** How the connection is now. */
  readings(): Promise<Readings>;
}

/** What a media room says by itself. */
export interface MediaEvents {
  /** `stage()` has changed. */
  changed(): void;
  data(bytes: Uint8Array, topic: string | undefined): void;
  /** The server has let us in; the media's way is not open yet. */
  signalled(): void;
  /** The first picture of somebody else is on the screen. */
  pictured(): void;
  reconnecting(): void;
  reconnected(): void;
  gone(reason: GoneReason): void;
}

/** Why the connection is over. */
export type GoneReason = 'left' | 'ended' | 'elsewhere' | 'removed' | 'lost';

export type OpenMediaRoom = (events: MediaEvents) => Promise<MediaRoom>;

/** What there is to see and hear. */
export interface Stage {
  pictures: Picture[];
  sounds: Sound[];
  /** People in the room, oneself included. */
  count: number;
  microphone: boolean;
  camera: boolean;
  screen: boolean;
  /** The browser wants a click before it plays sound. */
  soundBlocked: boolean;
}

/** Something to look at. */
export interface Picture {
  id: string;
  kind: 'camera' | 'screen';
  name: string;
  mine: boolean;
  speaking: boolean;
  /** The server holds it back because it does not fit through this person's connection. */
  paused: boolean;
  attach(element: HTMLVideoElement): void;
  detach(element: HTMLVideoElement): void;
}

/** Something to hear: never oneself. */
export interface Sound {
  id: string;
  attach(element: HTMLAudioElement): void;
  detach(element: HTMLAudioElement): void;
}

export const emptyStage: Stage = {
  pictures: [],
  sounds: [],
  count: 0,
  microphone: false,
  camera: false,
  screen: false,
  soundBlocked: false,
};
