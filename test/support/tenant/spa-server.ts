/** A page that uses `@auth0/auth0-spa-js`, unchanged, as its vendor publishes it. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

const LIBRARY = readFileSync(
  new URL('../../../node_modules/@auth0/auth0-spa-js/dist/auth0-spa-js.production.js', import.meta.url),
);
const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Application</title><link rel="icon" href="data:,">
<script src="/library.js"></script></head><body><main><h1>Application</h1></main></body></html>`;

/** Serves the page on a free port, at every path. Returns its origin. */
export async function startSpa(): Promise<string> {
  const server = createServer((request, response) => {
    const isLibrary = request.url === '/library.js';
    response.writeHead(200, { 'content-type': isLibrary ? 'text/javascript' : 'text/html; charset=utf-8' });
    response.end(isLibrary ? LIBRARY : PAGE);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
