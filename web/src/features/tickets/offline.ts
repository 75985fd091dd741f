/**
 * Makes /tickets open without a network: registers public/offline.js, a service worker that keeps the page and the
 * files it is made of. The tickets themselves are in kept-tickets.ts; the worker sees no answer of any service.
 */
export function openWithoutNetwork(): void {
  // In development the files have no lasting names, and a worker would serve yesterday's.
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  void navigator.serviceWorker
    .register('/offline.js')
    .then(() => navigator.serviceWorker.ready)
    .then(({ active }) => {
      const assets = performance
        .getEntriesByType('resource')
        .map(({ name }) => new URL(name))
        .filter(
          ({ origin, pathname }) => origin === location.origin && /^\/assets\//.test(pathname),
        )
        .map(({ pathname }) => pathname);
      active?.postMessage({
        kind: 'keep',
        assets: [...new Set(assets), '/theme.js', '/favicon.svg'],
      });
    })
    .catch(() => undefined);
}
