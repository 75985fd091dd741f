/**
 * Makes /tickets open without a network: keeps the page and the files it is made of, and registers public/offline.js,
 * which answers with them while there is none. The tickets themselves are in kept-tickets.ts; no answer of any service
 * is kept here. The page fills the store and the worker only reads it: a worker's own requests fall under the policy
 * of its script, which allows none.
 */
const CACHE = 'plenary-tickets';
const PAGE = '/tickets';

/** What this page has loaded: hashed files, and the two with lasting names. */
function filesOfThisPage(): string[] {
  const loaded = performance
    .getEntriesByType('resource')
    .map(({ name }) => new URL(name))
    .filter(({ origin, pathname }) => origin === location.origin && pathname.startsWith('/assets/'))
    .map(({ pathname }) => pathname);
  return [...new Set([...loaded, '/theme.js', '/favicon.svg'])];
}

async function keepPage(): Promise<void> {
  const cache = await caches.open(CACHE);
  const files = filesOfThisPage();
  const known = new Map(
    (await cache.keys()).map((request) => [new URL(request.url).pathname, request]),
  );
  await cache.addAll([PAGE, ...files.filter((file) => !known.has(file))]);
  // Files of a version before this one.
  const stale = [...known].filter(([path]) => path !== PAGE && !files.includes(path));
  await Promise.all(stale.map(([, request]) => cache.delete(request)));
}

/** A worker under `sandbox` cannot read what is kept, and would only stand in the way. */
async function mayWork(): Promise<boolean> {
  const { ok, headers } = await fetch('/offline.js', { method: 'HEAD' });
  return ok && !/(^|[\s;,])sandbox\b/.test(headers.get('content-security-policy') ?? '');
}

export function openWithoutNetwork(): void {
  // In development the files have no lasting names, and a worker would serve yesterday's.
  if (!import.meta.env.PROD || !('serviceWorker' in navigator) || !navigator.onLine) return;
  const work = async () => {
    if (!(await mayWork())) return;
    await navigator.serviceWorker.register('/offline.js');
    // Loaded when it is wanted, which may be where nothing can be loaded any more.
    await import('./code-dialog');
    await keepPage();
  };
  // A comfort: where storage is full or forbidden, the page opens with a network only.
  work().catch(() => undefined);
}
