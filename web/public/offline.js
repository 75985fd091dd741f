// Lets /tickets open where there is no network: at the door of an event. Answers from what the page has kept
// (src/features/tickets/offline.ts) and fetches nothing itself: its policy allows no requests. With a network, the
// page comes by navigation preload, which is the browser's own request, and everything else goes past this worker.
const PAGE = '/tickets';

// Pages that were answered from what is kept: their files are, too. A network that is there and leads nowhere is the
// rule in a crowd, so that navigator.onLine alone does not say enough.
const withoutNetwork = new Set();

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => {
  const ready = self.registration.navigationPreload?.enable();
  event.waitUntil(Promise.all([ready, self.clients.claim()]));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (request.mode === 'navigate') {
    if (pathname === PAGE && self.registration.navigationPreload) event.respondWith(open(event));
  } else if (withoutNetwork.has(event.clientId) || !navigator.onLine) {
    event.respondWith(kept(pathname));
  }
});

async function open(event) {
  const fresh = await Promise.resolve(event.preloadResponse).catch(() => undefined);
  if (fresh) return fresh;
  withoutNetwork.add(event.resultingClientId);
  return kept(PAGE);
}

async function kept(path) {
  return (await caches.match(path)) ?? Response.error();
}
