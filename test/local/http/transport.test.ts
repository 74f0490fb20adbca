import { describe, expect, it, onTestFinished } from 'vitest';
import { createTransport, type RawRequest } from '../../../src/http/transport.ts';
import { type ParsedRequest, startRawBackend } from '../../support/http/raw-backend.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const SMUGGLED = 'DELETE /admin/users/7 HTTP/1.1\r\nHost: backend\r\nX-Rest: ';
const BODIES: readonly (readonly [string, Uint8Array | string | undefined])[] = [
  ['no body', undefined],
  ['an empty body', ''],
  ['text', 'zoë'],
  ['bytes', Buffer.from([0, 255, 13, 10, 13, 10])],
  ['a body that is a request', SMUGGLED],
];

const CASES = METHODS.flatMap((method) => BODIES.map(([what, body]) => ({ method, what, body })));

describe('a request through the transport', () => {
  it.each(CASES)('is one request with its body: $method with $what', async ({ method, body }) => {
    const { url, send, backend } = await serve();
    for (const connection of ['kept', 'kept', 'own'] as const) {
      expect(await send({ method, url, body, connection })).toMatchObject({ status: 200 });
    }
    expect(backend.faults).toEqual([]);
    expect(backend.requests.map(({ method, target }) => `${method} ${target}`)).toEqual(
      Array(3).fill(`${method} /a?b`),
    );
    for (const request of backend.requests) {
      expect(request.body).toEqual(Buffer.from(body ?? ''));
      const lengths = request.fields.filter(([name]) => name.toLowerCase() === 'content-length');
      const expectsBody = ['POST', 'PUT', 'PATCH'].includes(method);
      expect(lengths).toHaveLength(body === undefined && !expectsBody ? 0 : 1);
    }
  });

  it.each(CASES)('keeps its framing whatever headers it has: $method with $what', async ({ method, body }) => {
    const { url, send, backend } = await serve();
    const headers = {
      'Content-Length': ['0', '7'],
      'transfer-encoding': 'chunked',
      'Transfer-Encoding': 'identity',
      Expect: '100-continue',
      Connection: 'Upgrade',
      Upgrade: 'h2c',
      TE: 'trailers',
      Trailer: 'X-Late',
      'Keep-Alive': 'timeout=600',
      'X-Kept': ['1', '2'],
    };
    await send({ method, url, body, headers });
    await send({ method, url, body, headers });
    expect(backend.faults).toEqual([]);
    expect(backend.requests).toHaveLength(2);
    for (const request of backend.requests) {
      expect(request.body).toEqual(Buffer.from(body ?? ''));
      const names = request.fields.map(([name]) => name.toLowerCase()).filter((name) => name !== 'content-length');
      expect(names).toEqual(['x-kept', 'x-kept', 'host', 'connection']);
      expect(fieldOf(request, 'connection')).toBe('keep-alive');
    }
  });

  it('asks the server to close the connection if it has its own', async () => {
    const { url, send, backend } = await serve();
    await send({ url, connection: 'kept' });
    await send({ url, connection: 'own' });
    await send({ url, connection: 'kept' });
    expect(backend.requests.map(({ connection }) => connection)).toEqual([1, 2, 1]);
    expect(backend.requests.map((request) => fieldOf(request, 'connection'))).toEqual([
      'keep-alive',
      'close',
      'keep-alive',
    ]);
  });

  it.each(['http://backend.example/', 'http://127.0.0.1.evil.example/', 'ftp://127.0.0.1/'])(
    'is not sent to %s',
    (url) => {
      const transport = createTransport();
      const request = { method: 'GET', url: new URL(url), headers: {}, ...LIMITS };
      expect(() => transport.start(request)).toThrow('Expected an https URL, or http to loopback.');
    },
  );
});

describe('a response through the transport', () => {
  it.each([
    ['with a length', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc', 'abc'],
    ['in chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n', 'abc'],
    ['that ends with the connection', 'HTTP/1.1 200 OK\r\n\r\nabc', 'abc'],
    ['after an interim response', 'HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na', 'a'],
    ['with a status that has no body', 'HTTP/1.1 204 No Content\r\n\r\n', ''],
  ])('is read completely: a response %s', async (_what, text, expected) => {
    const { url, send } = await serve(text);
    const { body } = await send({ url });
    expect(body.toString()).toBe(expected);
  });

  it.each([
    ['both a length and chunks', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd'],
    ['fewer bytes than its length', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc'],
    ['text that is not HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['no bytes', ''],
  ])('fails if it has %s', async (_what, text) => {
    const { url, send } = await serve(text);
    await expect(send({ url })).rejects.toMatchObject({ name: 'HttpFailure', reason: 'connection' });
  });

  it.each([
    [
      '101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c',
      'The server switched to another protocol (101).',
    ],
    ['101 Switching Protocols', 'Expected a status from 200 to 599, got 101.'],
    ['600 Odd', 'Expected a status from 200 to 599, got 600.'],
    ['999 Denied', 'Expected a status from 200 to 599, got 999.'],
  ])('fails at once with the status %s', async (text, message) => {
    const { url, send } = await serve(`HTTP/1.1 ${text}\r\n\r\n`, 'open');
    await expect(send({ url })).rejects.toMatchObject({ name: 'HttpFailure', reason: 'protocol', message });
  });

  it('never passes a second response that it contains to a later request', async () => {
    const one = (text: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
    const { url, send } = await serve((request, socket) => {
      socket.write(request.turn === 1 ? one('mine') + one('evil') : one('mine'));
    });
    for (let time = 0; time < 3; time += 1) {
      const text = await send({ url }).then(
        ({ body }) => body.toString(),
        () => 'failed',
      );
      expect(['mine', 'failed']).toContain(text);
    }
  });
});

const LIMITS = { timeoutMs: 5000, maximumBytes: 1024, connection: 'kept' } as const;

function fieldOf({ fields }: ParsedRequest, wanted: string): string | undefined {
  return fields.find(([name]) => name.toLowerCase() === wanted)?.[1];
}

type Respond = Parameters<typeof startRawBackend>[0];

/** @param reply text to send; the connection ends after it unless `after` is `open` */
async function serve(reply: string | Respond = respondWell, after: 'end' | 'open' = 'end') {
  const respond: Respond =
    typeof reply === 'function'
      ? reply
      : (_request, socket) => void (after === 'end' ? socket.end(reply) : socket.write(reply));
  const backend = await startRawBackend(respond);
  const transport = createTransport();
  onTestFinished(async () => {
    transport.close();
    await backend.close();
  });
  const send = ({ method = 'GET', headers = {}, ...request }: Partial<RawRequest> & { url: URL }) =>
    transport.start({ method, headers, ...LIMITS, ...request }).response;
  return { url: new URL(`${backend.url}/a?b`), send, backend };
}

function respondWell(_request: ParsedRequest, socket: { write(text: string): unknown }): void {
  socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
}
