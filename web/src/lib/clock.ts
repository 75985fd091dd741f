import { createContext, useContext, useEffect, useState } from 'react';

/** The only source of "now" in the app, so that tests and stories can stand still. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** A clock that stands still, for tests and stories. */
export function clockAt(iso: string): Clock {
  const at = Date.parse(iso);
  return { now: () => at };
}

export const ClockContext = createContext<Clock>(systemClock);

export function useClock(): Clock {
  return useContext(ClockContext);
}

/** Now, renewed every `interval_ms`. Choose the coarsest that the text can show: a minute for dates. */
export function useNow(interval_ms = 60_000): Date {
  const clock = useClock();
  const [now, setNow] = useState(() => clock.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(clock.now()), interval_ms);
    return () => clearInterval(timer);
  }, [clock, interval_ms]);
  return new Date(now);
}
