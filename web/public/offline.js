// Lets /tickets open where there is no network: at the door of an event. Keeps that page and the files that it has
// loaded, and nothing that any service answers. With a network, every page comes from it as if this were not here.
const CACHE = 'plenary-tickets-1';
const PAGE = '/tickets';

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.add(PAGE))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))),
      )
      .then(() => self.clients.claim()),
  );
});

// The page says which files it is made of; those of the version before it go.
self.addEventListener('message', (event) => {
  if (event.data?.kind !== 'keep' || !Array.isArray(event.data.assets)) return;
  event.waitUntil(keep(event.data.assets));
});

async function keep(assets) {
  const cache = await caches.open(CACHE);
  const wanted = new Set([PAGE, ...assets]);
  const kept = await cache.keys();
  const known = new Set(kept.map(({ url }) => new URL(url).pathname));
  const fresh = assets.filter((asset) => !known.has(asset));
  await cache.addAll([PAGE, ...fresh]);
  const stale = kept.filter(({ url }) => !wanted.has(new URL(url).pathname));
  await Promise.all(stale.map((request) => cache.delete(request)));
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (request.mode === 'navigate' && pathname === PAGE) {
    event.respondWith(fetch(request).catch(() => kept(PAGE)));
  } else if (pathname.startsWith('/assets/')) {
    // Hashed names: what is kept is what would come.
    event.respondWith(caches.match(pathname).then((found) => found ?? fetch(request)));
  } else if (pathname === '/theme.js' || pathname === '/favicon.svg') {
    event.respondWith(fetch(request).catch(() => kept(pathname)));
  }
});

async function kept(path) {
  return (await caches.match(path)) ?? Response.error();
}
