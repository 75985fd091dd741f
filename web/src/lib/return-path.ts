/** A path of this site to go on to, as it may stand in an address; anything else (another site) becomes "/". */
export function safeReturnPath(path: unknown): string {
  if (typeof path !== 'string' || !path.startsWith('/')) return '/';
  const target = new URL(path, location.origin);
  return target.origin === location.origin ? target.pathname + target.search + target.hash : '/';
}
