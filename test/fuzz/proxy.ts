/**
 * Sends random requests through the real backend proxy to a backend on a plain socket, which records every request that
 * it finds in the bytes. Each request must arrive once and complete, and only our headers may describe the caller.
 */
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { createProxy } from '../../lambda/backend-proxy/proxy.ts';
import { createSender } from '../../lambda/backend-proxy/send.ts';
import { createTransport } from '../../src/http/transport.ts';
import { type ParsedRequest, type RawBackend, startRawBackend } from '../support/http/raw-backend.ts';
import type { Fuzz, FuzzOptions } from './fuzz.ts';
import { type Behavior, Dice, type ExpectedRequest, makeCase, PRINCIPAL, type ProxyCase } from './proxy-case.ts';

const GATEWAY_SECRET = 'known-to-two-only-0123456789';
const CASES_PER_BACKEND = 2000;
const REPORT_EVERY = 5000;

export const proxyFuzz: Fuzz = { name: 'proxy', run };

async function run({ cases, seed, report }: FuzzOptions): Promise<void> {
  const counts = { forwarded: 0, refused: 0, resent: 0 };
  for (let first = 0; first < cases; first += CASES_PER_BACKEND) {
    const world = await startWorld();
    try {
      for (let index = first; index < Math.min(cases, first + CASES_PER_BACKEND); index += 1) {
        await runCase(world, seed, index, counts);
        if ((index + 1) % REPORT_EVERY === 0) report(`proxy: ${index + 1} of ${cases} cases`);
      }
    } finally {
      await world.close();
    }
  }
  report(`proxy: ${cases} cases, ${JSON.stringify(counts)}`);
}

interface World {
  readonly backend: RawBackend;
  readonly proxy: ReturnType<typeof createProxy>;
  behavior: Behavior;
  close(): Promise<void>;
}

type Result = Awaited<ReturnType<World['proxy']>>;
type Counts = Record<'forwarded' | 'refused' | 'resent', number>;

async function startWorld(): Promise<World> {
  const backend = await startRawBackend((request, socket) => respond(world.behavior, request, socket));
  const transport = createTransport();
  const world: World = {
    backend,
    behavior: 'length',
    proxy: createProxy({
      backendUrl: `${backend.url}/base`,
      send: createSender(10_000, transport),
      gatewaySecret: async () => GATEWAY_SECRET,
      log: () => undefined,
      clock: () => 0,
    }),
    async close() {
      transport.close();
      await backend.close();
    },
  };
  return world;
}

async function runCase(world: World, seed: number, index: number, counts: Counts): Promise<void> {
  const made = makeCase(new Dice(seed + index * 7919));
  const { backend } = world;
  backend.requests.length = 0;
  world.behavior = made.behavior;
  try {
    const result = await world.proxy(made.event);
    // A second request on the same socket would be parsed in the same turn. A later one makes the next case fail.
    check(made, result, backend);
    counts[made.expected ? 'forwarded' : 'refused'] += 1;
    if (backend.requests.length === 2) counts.resent += 1;
  } catch (cause) {
    const shown = JSON.stringify({ ...made, seen: backend.requests, faults: backend.faults }, undefined, 1);
    throw new Error(`proxy: seed ${seed}, case ${index}: ${cause instanceof Error ? cause.message : cause}\n${shown}`, {
      cause,
    });
  }
}

function check({ expected, behavior }: ProxyCase, result: Result, { requests, faults }: RawBackend): void {
  assert.deepEqual(faults, [], 'The backend received bytes that are not a request.');
  if (expected === undefined) {
    assert.equal(result.statusCode, 400);
    assert.equal(requests.length, 0, 'An ambiguous path reached the backend.');
    return;
  }
  const [first, second] = requests;
  assert.ok(first, 'Nothing reached the backend.');
  assert.equal(requests.length, second === undefined ? 1 : 2, 'The backend received more requests than were sent.');
  if (second !== undefined) checkResent(expected, behavior, first, second);
  checkRequest(expected, first, mayShare(expected));
  if (second !== undefined) checkRequest(expected, second, false);
  checkResult(expected, behavior, requests, result);
}

/** Only an idempotent request may be sent again, and only after a kept-alive connection broke. */
function checkResent(expected: ExpectedRequest, behavior: Behavior, first: ParsedRequest, second: ParsedRequest): void {
  assert.ok(first.turn > 1, 'A request was sent twice although its connection was new.');
  assert.equal(second.turn, 1, 'The second attempt used a kept-alive connection.');
  assert.ok(
    ['GET', 'HEAD', 'PUT', 'DELETE'].includes(expected.method),
    'A request that is not idempotent was sent twice.',
  );
  const broken: readonly Behavior[] = ['dies-silently', 'dies-on-reuse', 'dies-in-body', 'not-http', 'two-responses'];
  assert.ok(broken.includes(behavior), 'A request was sent twice although the backend had responded.');
}

/** Only requests that may be sent twice, and whose body no server may leave unread, may use a shared connection. */
function mayShare({ method, body }: ExpectedRequest): boolean {
  return ['GET', 'HEAD', 'DELETE'].includes(method) ? body.length === 0 : method === 'PUT';
}

function checkRequest(expected: ExpectedRequest, request: ParsedRequest, isShared: boolean): void {
  const { method, target, body, fields, turn } = request;
  assert.equal(method, expected.method);
  assert.equal(target, expected.target);
  assert.ok(body.equals(expected.body), 'The body differs from the one that was sent.');
  assert.equal(valuesOf(fields, 'connection').join(), isShared ? 'keep-alive' : 'close');
  assert.ok(isShared || turn === 1, 'The connection was used before.');
  checkNames(fields);
  for (const [name, values] of Object.entries(expected.kept)) assert.deepEqual(valuesOf(fields, name), values);
}

/** Folds a name as the most lenient server would. */
function folded(name: string): string {
  return [...name.toUpperCase()].map((character) => (/[A-Z0-9]/.test(character) ? character : '_')).join('');
}

function checkNames(fields: ParsedRequest['fields']): void {
  const ours: Record<string, string> = {
    X_GATEWAY_SECRET: GATEWAY_SECRET,
    X_FORWARDED_HOST: 'api.example.com',
    ...Object.fromEntries(
      Object.entries(PRINCIPAL).map(([key, value]) => [`X_AUTH_${key.toUpperCase()}`, encodeURIComponent(value)]),
    ),
  };
  const values = new Map<string, string[]>();
  for (const [name, value] of fields) values.set(folded(name), [...(values.get(folded(name)) ?? []), value]);
  for (const [name, value] of Object.entries(ours)) assert.deepEqual(values.get(name), [value], name);
  const forbidden =
    /^(X_AUTH_.*|X_GATEWAY_SECRET|(PROXY_)?AUTHORIZATION|TRANSFER_ENCODING|EXPECT|TE|TRAILER|UPGRADE|KEEP_ALIVE|X_(HTTP_)?METHOD.*|X_(ORIGINAL|REWRITE|OVERRIDE|ENVOY|FORWARDED)_.*|FORWARDED|SCRIPT_NAME|PATH_INFO|REMOTE_USER)$/;
  const forged = [...values.keys()].filter((name) => forbidden.test(name) && !(name in ours));
  assert.deepEqual(forged, [], 'Forged headers reached the backend.');
  for (const name of ['HOST', 'CONNECTION']) assert.equal(values.get(name)?.length, 1, name);
  assert.ok((values.get('CONTENT_LENGTH')?.length ?? 0) <= 1, 'There is more than one Content-Length.');
  assert.ok(!fields.some(([, value]) => value === 'forged'), 'A forged value reached the backend.');
}

function valuesOf(fields: ParsedRequest['fields'], wanted: string): readonly string[] {
  return fields.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value);
}

function checkResult(
  { method }: ExpectedRequest,
  behavior: Behavior,
  requests: readonly ParsedRequest[],
  { statusCode, body }: Result,
): void {
  const last = requests.at(-1);
  const isRetried = requests.length === 2;
  const text = method === 'HEAD' ? '' : `${last?.connection}/${last?.turn}`;
  switch (behavior) {
    case 'no-content':
    case 'not-modified':
      assert.deepEqual([statusCode, body], [behavior === 'no-content' ? 204 : 304, '']);
      break;
    case 'dies-silently':
    case 'dies-in-body':
    case 'not-http':
    case 'switches-protocol':
      // A response to HEAD has no body, so it cannot break there.
      assert.equal(statusCode, behavior === 'dies-in-body' && method === 'HEAD' ? 200 : 502);
      break;
    case 'dies-on-reuse':
      if (isRetried || last?.turn === 1) assert.deepEqual([statusCode, body], [200, text]);
      else assert.equal(statusCode, 502);
      break;
    case 'two-responses':
      // The second response must never reach the caller.
      assert.ok(statusCode === 502 || (statusCode === 200 && body === text), `Got ${statusCode} ${body}.`);
      break;
    default:
      assert.deepEqual([statusCode, body], [200, text]);
  }
}

/** The response body says which request it belongs to. */
function respond(behavior: Behavior, { method, connection, turn }: ParsedRequest, socket: Socket): void {
  const text = `${connection}/${turn}`;
  const body = method === 'HEAD' ? '' : text;
  const whole = `HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${body}`;
  switch (behavior) {
    case 'length':
      socket.write(whole);
      break;
    case 'chunked': {
      const chunks = `1\r\n${text.slice(0, 1)}\r\n${(text.length - 1).toString(16)};x=y\r\n${text.slice(1)}\r\n0\r\n\r\n`;
      socket.write(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${method === 'HEAD' ? '' : chunks}`);
      break;
    }
    case 'until-close':
      socket.end(`HTTP/1.1 200 OK\r\n\r\n${body}`);
      break;
    case 'no-content':
      socket.write('HTTP/1.1 204 No Content\r\n\r\n');
      break;
    case 'not-modified':
      socket.write('HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\n\r\n');
      break;
    case 'early-hints':
      socket.write(`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${whole}`);
      break;
    case 'piecemeal':
      socket.write(whole.slice(0, 12));
      setImmediate(() => socket.write(whole.slice(12)));
      break;
    case 'close-after':
      socket.end(whole.replace('\r\n', '\r\nConnection: close\r\n'));
      break;
    case 'dies-silently':
      socket.destroy();
      break;
    case 'dies-on-reuse':
      if (turn > 1) socket.destroy();
      else socket.write(whole);
      break;
    case 'dies-in-body':
      if (method === 'HEAD') socket.write(whole);
      else socket.end(`HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n${body}`);
      break;
    case 'two-responses':
      socket.write(`${whole}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil`);
      break;
    case 'switches-protocol':
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n');
      break;
    default:
      socket.end('220 mail.example ESMTP\r\n');
  }
}
