import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createHttpsClient } from '../../../src/http/https-client.ts';

describe('the HTTP client with proxy variables', () => {
  const major = Number(process.versions.node.split('.')[0]);
  it.skipIf(major < 24).each([false, true])(
    'sends requests through the proxy with isOnOwnConnection %s',
    async (isOnOwnConnection) => {
      const seen: (string | undefined)[] = [];
      const proxy = createServer((request, response) => {
        seen.push(request.url);
        response.end('from the proxy');
      });
      await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
      onTestFinished(() => void proxy.close());
      const client = createHttpsClient({ HTTP_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` });
      onTestFinished(() => client.close());
      const url = 'http://127.0.0.1:9/path';
      const response = await client.send({ method: 'GET', url, headers: {}, timeoutMs: 5000, isOnOwnConnection });
      expect(response.body).toBe('from the proxy');
      expect(seen).toEqual([url]);
    },
  );
});

describe('the HTTP client', () => {
  it('sends method, headers and body, and returns status, headers and body', async () => {
    const { url, send } = await serve((request, response) => {
      request.setEncoding('utf8').once('data', (body) => {
        const { method, headers } = request;
        response.writeHead(201, { 'X-Reply': ['a', 'b'] });
        response.end(
          JSON.stringify({ method, type: headers['content-type'], length: headers['content-length'], body }),
        );
      });
    });
    const received = await send({
      method: 'POST',
      url,
      headers: { 'content-type': 'text/plain' },
      body: 'ünï',
      timeoutMs: 5000,
    });
    expect(received).toMatchObject({ status: 201, headers: { 'x-reply': 'a, b' } });
    expect(JSON.parse(received.body)).toEqual({ method: 'POST', type: 'text/plain', length: '5', body: 'ünï' });
  });

  it('opens a new connection for each request with isOnOwnConnection', async () => {
    const ports = new Set<number | undefined>();
    const { url, send } = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.end();
    });
    for (let time = 0; time < 3; time += 1) {
      await send({ method: 'GET', url, headers: {}, timeoutMs: 5000, isOnOwnConnection: true });
    }
    expect(ports.size).toBe(3);
  });

  it('reuses its connection for the next request', async () => {
    const ports = new Set<number | undefined>();
    const { get } = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.end();
    });
    for (let time = 0; time < 5; time += 1) await get();
    expect(ports.size).toBe(1);
  });

  it('abandons all its connections once one is dead, as after a freeze', async () => {
    const sockets = new Set<Socket>();
    let isAsleep = false;
    const { get } = await serve((request, response) => {
      sockets.add(request.socket);
      if (isAsleep && sockets.size === 3) request.socket.destroy();
      else setImmediate(() => response.end());
    });
    await Promise.all([get(), get(), get()]);
    expect(sockets.size).toBe(3);
    isAsleep = true;
    await expect(get()).rejects.toMatchObject({ reason: 'connection' });
    expect(await get()).toMatchObject({ status: 200 });
    expect(sockets.size).toBe(4);
  });

  it('returns a redirect instead of following it', async () => {
    const { get } = await serve((_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end());
    expect(await get()).toMatchObject({ status: 302 });
  });

  it('gives up on a response that does not end in time, whether it has begun or not', async () => {
    const silent = await serve(() => undefined);
    const slow = await serve((_, response) => response.write('x'));
    await expect(silent.get(20)).rejects.toMatchObject({ name: 'HttpFailure', reason: 'timeout' });
    await expect(slow.get(20)).rejects.toMatchObject({ name: 'HttpFailure', reason: 'timeout' });
  });

  it.each([
    [
      'with an Upgrade header',
      'Connection: Upgrade\r\nUpgrade: other\r\n',
      'The server switched to another protocol (101).',
    ],
    ['without an Upgrade header', '', 'Expected a status from 200 to 599, got 101.'],
  ])('gives up at once on a server that switches to another protocol, %s', async (_what, fields, message) => {
    const { get } = await serve(({ socket }) => socket.write(`HTTP/1.1 101 Switching Protocols\r\n${fields}\r\n`));
    await expect(get()).rejects.toMatchObject({
      name: 'HttpFailure',
      reason: 'protocol',
      message,
    });
  });

  it('gives up on a response that is too large before it is complete', async () => {
    let closed = false;
    const { get } = await serve((_, response) => {
      const more = () => {
        while (!closed && response.write('x'.repeat(64 * 1024)));
      };
      response.on('drain', more).on('close', () => {
        closed = true;
      });
      more();
    });
    await expect(get()).rejects.toMatchObject({
      reason: 'too_large',
      message: 'The response is larger than 262144 bytes.',
    });
  });

  it('accepts as many bytes as the request allows, and no more', async () => {
    const { url, send } = await serve((_, response) => response.end('x'.repeat(300_000)));
    const request = { method: 'GET', url, headers: {}, timeoutMs: 5000 } as const;
    expect((await send({ ...request, maximumBytes: 300_000 })).body).toHaveLength(300_000);
    await expect(send({ ...request, maximumBytes: 299_999 })).rejects.toMatchObject({
      reason: 'too_large',
      message: 'The response is larger than 299999 bytes.',
    });
  });

  it('gives up on a response that is not UTF-8', async () => {
    const { get } = await serve((_, response) => response.end(Buffer.from([0xff, 0xfe])));
    await expect(get()).rejects.toMatchObject({ reason: 'not_text' });
  });

  it('reports a connection failure if the connection is cut before or during the response', async () => {
    const before = await serve((request) => request.socket.destroy());
    const within = await serve((request, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('x', () => request.socket.destroy());
    });
    await expect(before.get()).rejects.toMatchObject({ reason: 'connection' });
    await expect(within.get()).rejects.toMatchObject({ reason: 'connection' });
  });

  it.each([
    'http://tenant.auth0.com/',
    'http://127.0.0.1.evil.example/',
    'ftp://127.0.0.1/',
    'https://user:pass@t.example/',
  ])('refuses to send a request to %s', async (url) => {
    const { send } = createHttpsClient();
    await expect(send({ method: 'GET', url, headers: {}, timeoutMs: 1000 })).rejects.toThrow(
      'Expected an https URL, or http to loopback.',
    );
  });
});

async function serve(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = createHttpsClient();
  onTestFinished(() => {
    client.close();
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const get = (timeoutMs = 5000) => client.send({ method: 'GET', url, headers: {}, timeoutMs });
  return { url, send: client.send, get };
}
