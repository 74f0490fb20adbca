import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createSender, MAXIMUM_BODY_BYTES } from '../../../lambda/upstream-proxy/send.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Starts a backend; answers its URL. */
async function backend(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<URL> {
  server = createServer(answer);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return new URL(`http://127.0.0.1:${port}/a?b=c`);
}

function request(url: URL, method = 'GET', body?: Buffer) {
  return { method, url, headers: { 'x-many': ['1', '2'], 'x-empty': [''] }, body };
}

describe('sending to the backend', () => {
  it('sends method, path, repeated and empty headers and bytes, and reads fields and bytes', async () => {
    const seen: unknown[] = [];
    const url = await backend((incoming, response) => {
      void incoming.toArray().then((chunks) => {
        const { method, url: path, headersDistinct } = incoming;
        const body = Buffer.concat(chunks);
        seen.push({ method, path, many: headersDistinct['x-many'], empty: headersDistinct['x-empty'], body });
        response.writeHead(201, ['Set-Cookie', 'a', 'Set-Cookie', 'b']).end(Buffer.from([0, 255]));
      });
    });
    const response = await createSender(5000)(request(url, 'PUT', Buffer.from([1, 254])));
    expect(seen).toEqual([
      { method: 'PUT', path: '/a?b=c', many: ['1', '2'], empty: [''], body: Buffer.from([1, 254]) },
    ]);
    expect(response).toMatchObject({ status: 201, body: Buffer.from([0, 255]) });
    expect(response.fields.filter(([name]) => name === 'Set-Cookie')).toEqual([
      ['Set-Cookie', 'a'],
      ['Set-Cookie', 'b'],
    ]);
  });

  it('follows no redirect', async () => {
    const url = await backend((_request, response) => response.writeHead(302, { location: '/elsewhere' }).end());
    expect(await createSender(5000)(request(url))).toMatchObject({ status: 302 });
  });

  it('gives up in time', async () => {
    const url = await backend((_request, response) => response.write('a beginning'));
    await expect(createSender(50)(request(url))).rejects.toMatchObject({ reason: 'timeout' });
  });

  it('gives up on an answer that is too large', async () => {
    const url = await backend((_request, response) => response.end(Buffer.alloc(MAXIMUM_BODY_BYTES + 1)));
    await expect(createSender(5000)(request(url))).rejects.toMatchObject({ reason: 'too_large' });
  });

  it('tells of a connection that is refused', async () => {
    const url = await backend(() => {});
    await new Promise((resolve) => server?.close(resolve));
    await expect(createSender(5000)(request(url))).rejects.toMatchObject({ reason: 'connection' });
  });

  it.each([
    ['GET', 3],
    ['POST', 2],
  ])('%s over a connection that died meanwhile: %i requests are seen in all', async (method, expected) => {
    let seen = 0;
    const used = new Set<Socket>();
    const url = await backend(({ socket }, response) => {
      seen += 1;
      // A second request on the same connection finds it dead.
      if (used.has(socket)) socket.destroy();
      else response.end('well');
      used.add(socket);
    });
    const send = createSender(5000);
    await send(request(url, method));
    expect(await send(request(url, method))).toMatchObject({ status: 200 });
    expect(seen).toBe(expected);
  });

  it('does not send again what may have been done', async () => {
    let seen = 0;
    const url = await backend(({ socket }) => {
      seen += 1;
      socket.destroy();
    });
    await expect(createSender(5000)(request(url, 'POST'))).rejects.toMatchObject({ reason: 'connection' });
    expect(seen).toBe(1);
  });
});
