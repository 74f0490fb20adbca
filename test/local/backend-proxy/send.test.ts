import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { createSender, MAXIMUM_BODY_BYTES } from '../../../lambda/backend-proxy/send.ts';
import { startRawBackend } from '../../support/http/raw-backend.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Starts a backend and returns its URL. */
async function backend(listener: (request: IncomingMessage, response: ServerResponse) => void): Promise<URL> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return new URL(`http://127.0.0.1:${port}/a?b=c`);
}

function request(url: URL, method = 'GET', body?: Buffer) {
  return { method, url, headers: { 'x-many': ['1', '2'], 'x-empty': [''] }, body };
}

describe('the sender of the backend proxy', () => {
  it('sends method, path, headers and bytes, and returns the fields and bytes of the response', async () => {
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

  it.each(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'POST', 'PUT', 'PATCH'])(
    'sends %s with a body as one request, so that the body never becomes another request',
    async (method) => {
      const raw = await startRawBackend((_request, socket) => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
      });
      onTestFinished(raw.close);
      const body = Buffer.from('DELETE /admin/users/7 HTTP/1.1\r\nHost: backend\r\nX-Rest: ');
      const send = createSender(5000);
      const url = new URL(`${raw.url}/mine/1`);
      const headers = { 'x-gateway-secret': ['known-to-two-only'] };
      await send({ method, url, headers, body });
      await send({ method: 'GET', url, headers, body: undefined });
      expect(raw.faults).toEqual([]);
      expect(raw.requests.map((seen) => [seen.method, seen.target, seen.body.toString()])).toEqual([
        [method, '/mine/1', body.toString()],
        ['GET', '/mine/1', ''],
      ]);
    },
  );

  it.each([
    ['GET', 2],
    ['HEAD', 2],
    ['DELETE', 2],
    ['PUT', 1],
    ['POST', 2],
  ])(
    'sends %s with a body and then a GET over %i connections, as a backend may leave the body unread',
    async (method, expected) => {
      const sockets = new Set<Socket>();
      const url = await backend((incoming, response) => {
        sockets.add(incoming.socket);
        response.end();
      });
      const send = createSender(5000);
      await send(request(url, method, Buffer.from('x')));
      await send(request(url));
      expect(sockets.size).toBe(expected);
    },
  );

  it('gives up at once on a backend that switches to another protocol', async () => {
    const url = await backend(({ socket }) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n');
    });
    await expect(createSender(5000)(request(url))).rejects.toMatchObject({
      reason: 'protocol',
      message: 'The server switched to another protocol (101).',
    });
  });

  it('does not follow a redirect', async () => {
    const url = await backend((_request, response) => response.writeHead(302, { location: '/elsewhere' }).end());
    expect(await createSender(5000)(request(url))).toMatchObject({ status: 302 });
  });

  it('gives up after its timeout', async () => {
    const url = await backend((_request, response) => response.write('a beginning'));
    await expect(createSender(50)(request(url))).rejects.toMatchObject({ reason: 'timeout' });
  });

  it('gives up on a response that is too large', async () => {
    const url = await backend((_request, response) => response.end(Buffer.alloc(MAXIMUM_BODY_BYTES + 1)));
    await expect(createSender(5000)(request(url))).rejects.toMatchObject({ reason: 'too_large' });
  });

  it('reports a connection that is refused', async () => {
    const url = await backend(() => {});
    await new Promise((resolve) => server?.close(resolve));
    await expect(createSender(5000)(request(url))).rejects.toMatchObject({ reason: 'connection' });
  });

  it.each([
    ['GET', 3],
    ['POST', 2],
  ])(
    'sends %s again only if that is safe after a kept connection has died: the backend receives %i requests',
    async (method, expected) => {
      let seen = 0;
      const used = new Set<Socket>();
      const url = await backend(({ socket }, response) => {
        seen += 1;
        // The connection dies at its second request.
        if (used.has(socket)) socket.destroy();
        else response.end('well');
        used.add(socket);
      });
      const send = createSender(5000);
      await send(request(url, method));
      expect(await send(request(url, method))).toMatchObject({ status: 200 });
      expect(seen).toBe(expected);
    },
  );

  it('sends PUT again with its body after a kept connection has died', async () => {
    const raw = await startRawBackend(({ turn }, socket) => {
      if (turn === 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
      else socket.destroy();
    });
    onTestFinished(raw.close);
    const send = createSender(5000);
    const url = new URL(raw.url);
    await send(request(url));
    await send(request(url, 'PUT', Buffer.from('new')));
    expect(raw.requests.map(({ method, body, connection }) => [method, body.toString(), connection])).toEqual([
      ['GET', '', 1],
      ['PUT', 'new', 1],
      ['PUT', 'new', 2],
    ]);
  });

  it('does not send a POST again that the backend may have handled', async () => {
    let seen = 0;
    const url = await backend(({ socket }) => {
      seen += 1;
      socket.destroy();
    });
    await expect(createSender(5000)(request(url, 'POST'))).rejects.toMatchObject({ reason: 'connection' });
    expect(seen).toBe(1);
  });
});
