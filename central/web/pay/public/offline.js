// Keeps the page for when there is no Internet: what is kept answers at once, and what the network has is kept for next time.
const KEPT = 'wuma-pay-1';

self.addEventListener('install', (event) => {
  self.skipWaiting();
  event.waitUntil(keepPage());
});
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

/** The page with the files that it names: the first visit went by before this was there. */
async function keepPage() {
  const page = await fetch('/pay/');
  const text = await page.clone().text();
  const files = Array.from(text.matchAll(/(?:src|href)="(\/pay\/[^"]+)"/g), ([, path]) => path);
  const kept = await caches.open(KEPT);
  await kept.put(new URL('/pay/', self.location.origin).href, page);
  await kept.addAll(files);
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  const isPage = url.origin === self.location.origin && url.pathname.startsWith('/pay/');
  if (request.method !== 'GET' || !isPage) return;
  // the language in the address is read by the page, not by the server
  const key = url.origin + url.pathname;
  const fresh = fetch(request).then(async (response) => {
    if (response.ok) await (await caches.open(KEPT)).put(key, response.clone());
    return response;
  });
  const answer = caches.match(key).then((kept) => kept ?? fresh);
  event.respondWith(answer);
  event.waitUntil(fresh.catch(() => undefined));
});
