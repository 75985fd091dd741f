import type { ComponentType } from 'react';

/** A primitive's states, shown in the gallery and walked through by the axe test. */
export interface Stories {
  title: string;
  /** Each a component of its own, so that it may hold state. */
  states: Readonly<Record<string, ComponentType>>;
}
