// The service worker: keeps every file of the site at the first visit, and serves it from there.
interface Waiting extends Event { waitUntil(work: Promise<unknown>): void }
interface Asking extends Event { request: Request; respondWith(answer: Promise<Response>): void }
interface Scope extends EventTarget { skipWaiting(): Promise<void>; clients: { claim(): Promise<void> } }

const scope = self as unknown as Scope;
const PREFIX = "minigrad-";

async function listed(): Promise<{ version: string; files: string[] }> {
  return (await fetch("files.json", { cache: "no-store" })).json() as Promise<{ version: string; files: string[] }>;
}

async function install(): Promise<void> {
  const { version, files } = await listed();
  const cache = await caches.open(PREFIX + version);
  await cache.addAll(files.map((file) => new Request(file, { cache: "no-cache" }))); // what the page has got is not sent twice
  await scope.skipWaiting();
}

async function activate(): Promise<void> {
  await scope.clients.claim();
  const mine = (await caches.keys()).filter((name) => name.startsWith(PREFIX));
  for (const name of mine.slice(0, -1)) await caches.delete(name);
}

scope.addEventListener("install", (event) => (event as Waiting).waitUntil(install()));
scope.addEventListener("activate", (event) => (event as Waiting).waitUntil(activate()));
scope.addEventListener("fetch", (event) => {
  const { request } = event as Asking;
  (event as Asking).respondWith(caches.match(request, { ignoreSearch: true }).then((kept) => kept ?? fetch(request)));
});
