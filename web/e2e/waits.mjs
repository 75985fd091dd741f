/** How long anything may take, on a machine that has other things to do as well. */
export const WAIT_MAX_MS = 60_000;
