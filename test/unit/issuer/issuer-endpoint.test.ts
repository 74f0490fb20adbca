import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HttpFailure } from '../../../src/core/http.ts';
import { type Endpoint, IssuerEndpoint, type IssuerEvent } from '../../../src/issuer/issuer-endpoint.ts';
import { oauthErrorOf } from '../../../src/issuer/oauth-error.ts';
import { FrozenClock, NOW_MS, NOW_SECONDS } from '../../support/core/clock.ts';
import { caught, issuerError } from '../../support/core/errors.ts';
import { CONTEXT, contextFrom, issuerEndpointOver } from '../../support/core/issuer-endpoints.ts';
import { failure, json, type Reply, ScriptedHttp, text } from '../../support/core/scripted-http.ts';

const URL = 'https://tenant.example/oauth/token';
const INTROSPECTION: Endpoint = 'introspection';
const OK = json(200, { ok: true });
const CANNOT_BE_REACHED = issuerError('issuer_unavailable', 'The server cannot be reached.');
const THROTTLED = issuerError('issuer_throttled', 'The server limits the rate of requests (429).');

function setUp(http: ScriptedHttp, { random = 0, kind = INTROSPECTION } = {}) {
  const clock = new FrozenClock();
  let made = 0;
  const endpoint = issuerEndpointOver(http, clock, kind, random);
  const makeRequest = () => ({ method: 'POST', url: URL, headers: {}, body: `attempt ${++made}` }) as const;
  const send = (context = contextFrom(clock)) => endpoint.send(makeRequest, context);
  return { clock, http, endpoint, makeRequest, send };
}

const respondingWith = (...replies: readonly Reply[]) => setUp(ScriptedHttp.inOrder(...replies));
const always = (reply: Reply, kind?: Endpoint) =>
  setUp(new ScriptedHttp(() => reply), kind === undefined ? {} : { kind });

describe('a response', () => {
  it.each([200, 201, 204, 400, 401, 403, 404, 422])(
    'is returned after one attempt if its status is %i',
    async (status) => {
      const { http, send } = respondingWith(json(status, { a: 1 }));
      expect(await send()).toEqual(json(status, { a: 1 }));
      expect(http.requests).toHaveLength(1);
    },
  );

  it.each([300, 301, 302, 303, 307, 308])('is not followed if it redirects with %i', async (status) => {
    const { http, send } = respondingWith({ status, headers: { location: 'https://evil.example/' }, body: '' });
    await expect(send()).rejects.toThrow(
      issuerError('issuer_malformed', `The server responded with ${status}; redirects are not followed.`),
    );
    expect(http.requests).toHaveLength(1);
  });

  it.each(['too_large', 'not_text', 'protocol'] as const)(
    'is not requested again if it cannot be read (%s)',
    async (reason) => {
      const { http, send } = respondingWith(failure(reason));
      await expect(send()).rejects.toThrow(issuerError('issuer_malformed', 'The response cannot be read.'));
      expect(http.requests).toHaveLength(1);
    },
  );
});

describe('the one retry', () => {
  it.each([
    ['a lost connection', failure('connection')],
    ['502', json(502, {})],
    ['503', text(503, 'busy')],
    ['504', text(504, '')],
  ])('follows %s after a random delay, with a new request', async (_, reply) => {
    const { clock, http, send } = respondingWith(reply, OK);
    expect(await send()).toEqual(OK);
    expect(http.requests.map((request) => request.body)).toEqual(['attempt 1', 'attempt 2']);
    expect(clock.sleeps).toEqual([50]);
  });

  it.each([
    [0, 50],
    [0.5, 100],
    [0.999, 149.9],
  ])('waits 50 to 150 ms: the random value %d results in %d ms', async (random, waited) => {
    const { clock, send } = setUp(ScriptedHttp.inOrder(failure('connection'), OK), { random });
    await send();
    expect(clock.sleeps).toEqual([expect.closeTo(waited)]);
  });

  it('is not followed by another retry', async () => {
    const { http, send } = always(failure('connection'));
    await expect(send()).rejects.toThrow(CANNOT_BE_REACHED);
    expect(http.requests).toHaveLength(2);
  });

  it('determines the error, since the failure of the last attempt is reported', async () => {
    const { send } = respondingWith(failure('connection'), json(500, {}));
    await expect(send()).rejects.toThrow(issuerError('issuer_unavailable', 'The server responded with 500.'));
  });

  it.each([
    ['a timeout', failure('timeout'), 'issuer_timeout', 'The server did not respond in time.'],
    ['500', json(500, {}), 'issuer_unavailable', 'The server responded with 500.'],
    ['501', json(501, {}), 'issuer_unavailable', 'The server responded with 501.'],
    ['599', json(599, {}), 'issuer_unavailable', 'The server responded with 599.'],
  ] as const)('does not follow %s', async (_, reply, code, message) => {
    const { clock, http, send } = respondingWith(reply);
    await expect(send()).rejects.toThrow(issuerError(code, message));
    expect(http.requests).toHaveLength(1);
    expect(clock.sleeps).toEqual([]);
  });

  it('keeps the transport failure as the cause and no content of the response', async () => {
    const lost = failure('connection');
    const error = await caught(() => always(lost).send());
    expect(error).toHaveProperty('cause', lost);
  });

  it('does not follow a bug in this software', async () => {
    const http = new ScriptedHttp(() => {
      throw new TypeError('a defect');
    });
    await expect(setUp(http).send()).rejects.toThrow(new TypeError('a defect'));
    expect(http.requests).toHaveLength(1);
  });
});

describe('the deadline', () => {
  it('gives each attempt 3 s, or what is left of the time', async () => {
    const { clock, http, send } = always(OK);
    await send({ deadlineMs: NOW_MS + 5000 });
    await send({ deadlineMs: NOW_MS + 2999 });
    clock.nowMs += 1000;
    await send({ deadlineMs: NOW_MS + 2000 });
    expect(http.requests.map((request) => request.timeoutMs)).toEqual([3000, 2999, 1000]);
  });

  it('applies to all attempts together', async () => {
    const { clock, http, send } = respondingWith(failure('connection'), OK);
    const { script } = http;
    http.script = (request) => {
      clock.nowMs += 2900;
      return script(request);
    };
    await send({ deadlineMs: NOW_MS + 5000 });
    expect(http.requests.map((request) => request.timeoutMs)).toEqual([3000, 5000 - 2900 - 50]);
  });

  it('allows no attempt with less than 50 ms left', async () => {
    const { http, send } = always(OK);
    await expect(send({ deadlineMs: NOW_MS + 49 })).rejects.toThrow(
      issuerError('issuer_timeout', 'The deadline has passed.'),
    );
    expect(http.requests).toHaveLength(0);
    await send({ deadlineMs: NOW_MS + 50 });
    expect(http.requests).toHaveLength(1);
  });

  it('allows no retry that would begin too late', async () => {
    const { clock, http, send } = respondingWith(failure('connection'), failure('connection'), OK);
    await expect(send({ deadlineMs: NOW_MS + 99 })).rejects.toThrow(CANNOT_BE_REACHED);
    expect([http.requests.length, clock.sleeps.length]).toEqual([1, 0]);
    await send({ deadlineMs: NOW_MS + 100 });
    expect([http.requests.length, clock.sleeps.length]).toEqual([3, 1]);
  });

  it('is kept even if a delay takes longer than requested', async () => {
    const { clock, http, makeRequest } = respondingWith(failure('connection'), OK);
    const slow = async () => clock.advanceSeconds(10);
    const endpoint = new IssuerEndpoint('introspection', {
      http: http.port,
      clock: clock.read,
      sleep: slow,
      random: () => 0,
    });
    await expect(endpoint.send(makeRequest, CONTEXT)).rejects.toThrow(
      issuerError('issuer_timeout', 'The deadline has passed.'),
    );
    expect(http.requests).toHaveLength(1);
  });

  it('does not count as a failure of the server when it passes', async () => {
    const { http, send } = always(OK);
    for (let i = 0; i < 10; i += 1) await caught(() => send({ deadlineMs: NOW_MS }));
    await send();
    expect(http.requests).toHaveLength(1);
  });
});

describe('a rate limit (429)', () => {
  const limited = (headers: Record<string, string>) => json(429, { error: 'too_many_requests' }, headers);

  it.each([
    ['Retry-After within the deadline', { 'retry-after': '2' }, 2000],
    ['Retry-After of 0', { 'retry-after': '0' }, 0],
    ['x-ratelimit-reset within the deadline', { 'x-ratelimit-reset': String(NOW_SECONDS + 3) }, 3000],
    ['x-ratelimit-reset in the past', { 'x-ratelimit-reset': String(NOW_SECONDS - 3) }, 0],
    [
      'Retry-After before x-ratelimit-reset',
      { 'retry-after': '1', 'x-ratelimit-reset': String(NOW_SECONDS + 4) },
      1000,
    ],
    ['no header', {}, 1000],
    ['unreadable headers', { 'retry-after': '-1', 'x-ratelimit-reset': 'soon' }, 1000],
    ['a fractional Retry-After', { 'retry-after': '1.5' }, 1000],
  ])('is waited for within the deadline: %s', async (_, headers, waited) => {
    const { clock, http, send } = respondingWith(limited(headers), OK);
    expect(await send()).toEqual(OK);
    expect(clock.sleeps).toEqual([waited]);
    expect(http.requests).toHaveLength(2);
  });

  it.each([
    ['Retry-After', { 'retry-after': '5' }],
    ['Retry-After of hours', { 'retry-after': '99999' }],
    ['x-ratelimit-reset', { 'x-ratelimit-reset': String(NOW_SECONDS + 5) }],
    ['x-ratelimit-reset in milliseconds', { 'x-ratelimit-reset': String(NOW_SECONDS * 100) }],
  ])('is not waited for beyond the deadline: %s', async (_, headers) => {
    const { clock, http, send } = respondingWith(limited(headers));
    await expect(send()).rejects.toThrow(THROTTLED);
    expect(clock.sleeps).toEqual([]);
    expect(http.requests).toHaveLength(1);
  });

  it('ends the call if it is still there after the wait', async () => {
    const { http, send } = always(limited({ 'retry-after': '1' }));
    await expect(send()).rejects.toThrow(THROTTLED);
    expect(http.requests).toHaveLength(2);
  });

  it.each(['introspection', 'token'] as const)(
    'affects one caller and nobody else if it comes from the %s endpoint',
    async (endpoint) => {
      const headers = { 'retry-after': '10', 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '0' };
      const { http, send } = always(limited({ ...headers, 'x-ratelimit-reset': String(NOW_SECONDS + 60) }), endpoint);
      for (let time = 0; time < 10; time += 1) await expect(send()).rejects.toThrow(THROTTLED);
      http.script = () => OK;
      expect(await send()).toEqual(OK);
    },
  );

  it('stops all requests for keys for as long as it says, and they report the rate limit', async () => {
    const { clock, http, send } = always(limited({ 'retry-after': '10' }), 'jwks');
    await caught(send);
    clock.advanceSeconds(9.9);
    await expect(send()).rejects.toThrow(
      issuerError('issuer_throttled', 'Calls to the server are paused until its rate limit resets.'),
    );
    expect(http.requests).toHaveLength(1);
    clock.advanceSeconds(0.1);
    await expect(send()).rejects.toThrow(THROTTLED);
    expect(http.requests).toHaveLength(2);
  });

  it('stops requests for keys for 30 s at most', async () => {
    const { clock, http, send } = always(limited({ 'retry-after': '3600' }), 'jwks');
    await caught(send);
    clock.advanceSeconds(30);
    http.script = () => OK;
    expect(await send()).toEqual(OK);
  });

  it('is returned as a response if the caller asks for it', async () => {
    const { clock, http, endpoint, makeRequest } = always(limited({ 'retry-after': '3' }));
    expect((await endpoint.send(makeRequest, CONTEXT, () => true)).status).toBe(429);
    expect(http.requests).toHaveLength(1);
    expect(clock.sleeps).toEqual([]);
  });
});

describe('the last tenth of a rate limit', () => {
  const left = (remaining: number, status = 200) =>
    json(
      status,
      {},
      {
        'x-ratelimit-limit': '100',
        'x-ratelimit-remaining': String(remaining),
        'x-ratelimit-reset': String(NOW_SECONDS + 10),
      },
    );
  const LEFT_TO_OTHERS = issuerError(
    'issuer_throttled',
    'Calls to the server are paused, because its rate limit is nearly used up.',
  );

  it('is reserved for others until the limit is renewed', async () => {
    const { clock, http, send } = always(left(9));
    expect((await send()).status).toBe(200);
    await expect(send()).rejects.toThrow(LEFT_TO_OTHERS);
    clock.advanceSeconds(10);
    expect((await send()).status).toBe(200);
    expect(http.requests).toHaveLength(2);
  });

  it.each([0, 1, 5])(
    'causes no pause if the limit is renewed in %i s, because a 429 can be waited for',
    async (seconds) => {
      const { clock, send } = always(left(0));
      clock.nowMs = NOW_MS + 10_000 - seconds * 1000;
      await send();
      expect((await send()).status).toBe(200);
    },
  );

  it('is reserved for others at the keys endpoint too', async () => {
    const { send } = always(left(0), 'jwks');
    await send();
    await expect(send()).rejects.toThrow(LEFT_TO_OTHERS);
  });

  it('is ignored at the token endpoint, which may count the logins of one user', async () => {
    const { send } = always(left(0), 'token');
    await send();
    expect((await send()).status).toBe(200);
  });

  it('is not reached while a tenth is left', async () => {
    const { send } = always(left(10));
    await send();
    expect((await send()).status).toBe(200);
  });

  it('is not calculated from a 429 about one user, which counts that user only', async () => {
    const { http, endpoint, makeRequest, send } = always(left(0, 429));
    expect((await endpoint.send(makeRequest, CONTEXT, () => true)).status).toBe(429);
    http.script = () => OK;
    expect(await send()).toEqual(OK);
  });
});

describe('the observer', () => {
  function watched(endpoint: Endpoint, ...replies: readonly Reply[]) {
    const events: IssuerEvent[] = [];
    const world = setUp(ScriptedHttp.inOrder(...replies), { kind: endpoint });
    const observe = (event: IssuerEvent) => void events.push(event);
    return { ...world, events, send: () => world.send({ ...contextFrom(world.clock), observe }) };
  }
  const attempt = (outcome: string, isRetry = false, endpoint: Endpoint = INTROSPECTION) => ({
    kind: 'attempt',
    endpoint,
    durationMs: 0,
    outcome,
    isRetry,
  });

  it('receives each attempt with its outcome and duration', async () => {
    const { clock, events, http, send } = watched(INTROSPECTION, json(503, {}), OK);
    const { script } = http;
    http.script = (request) => {
      clock.nowMs += 7;
      return script(request);
    };
    await send();
    expect(events).toEqual([
      { ...attempt('issuer_unavailable'), durationMs: 7 },
      { ...attempt('response', true), durationMs: 7 },
    ]);
  });

  it('receives each opening of the circuit', async () => {
    const { events, send } = watched('jwks', json(429, {}, { 'retry-after': '20' }));
    await caught(send);
    await caught(send);
    expect(events).toEqual([
      attempt('issuer_throttled', false, 'jwks'),
      { kind: 'circuit_opened', endpoint: 'jwks', durationMs: 20_000 },
    ]);
  });

  it('receives five failures and the opening of the circuit after them', async () => {
    const { events, send } = watched(INTROSPECTION, ...Array.from({ length: 5 }, () => json(500, {})));
    for (let i = 0; i < 7; i += 1) await caught(send);
    expect(events).toEqual([
      ...Array.from({ length: 5 }, () => attempt('issuer_unavailable')),
      { kind: 'circuit_opened', endpoint: 'introspection', durationMs: 2000 },
    ]);
  });
});

describe('the circuit breaker of an endpoint', () => {
  const COOLING = issuerError('issuer_circuit_open', 'Calls to the server are paused after repeated failures.');

  async function fail(send: () => Promise<unknown>, times: number): Promise<void> {
    for (let i = 0; i < times; i += 1) await send().catch(() => undefined);
  }

  it('opens with the fifth failure in a row', async () => {
    const { http, send } = always(json(500, {}));
    await fail(send, 4);
    await expect(send()).rejects.toThrow(issuerError('issuer_unavailable', 'The server responded with 500.'));
    expect(http.requests).toHaveLength(5);
    await expect(send()).rejects.toThrow(COOLING);
    expect(http.requests).toHaveLength(5);
  });

  it('stays closed if one of five calls succeeds', async () => {
    const { http, send } = always(json(500, {}));
    await fail(send, 4);
    http.script = () => json(404, {});
    await send();
    http.script = () => json(500, {});
    await fail(send, 4);
    await expect(send()).rejects.toThrow(issuerError('issuer_unavailable', 'The server responded with 500.'));
  });

  it('stays open for 2 s at first and twice as long after each further failure, up to 30 s', async () => {
    const { clock, http, send } = always(json(500, {}));
    await fail(send, 5);
    const lasted: number[] = [];
    for (let round = 0; round < 7; round += 1) {
      const requestsBefore = http.requests.length;
      const began = clock.nowMs;
      while (http.requests.length === requestsBefore) {
        clock.advanceSeconds(0.5);
        await caught(send);
      }
      lasted.push((clock.nowMs - began) / 1000);
    }
    expect(lasted).toEqual([2, 4, 8, 16, 30, 30, 30]);
  });

  it('closes when its time is over, and one success resets the count of failures', async () => {
    const { clock, http, send } = always(failure('timeout'));
    await fail(send, 5);
    clock.advanceSeconds(2);
    http.script = () => OK;
    expect(await send()).toEqual(OK);
    http.script = () => failure('timeout');
    await fail(send, 4);
    await expect(send()).rejects.toThrow(issuerError('issuer_timeout', 'The server did not respond in time.'));
  });

  it.each(['introspection', 'token', 'jwks'] as const)(
    'is not opened by timeouts of attempts that the deadline cut short: %s',
    async (endpoint) => {
      const { clock, http, send } = always(failure('timeout'), endpoint);
      await fail(() => send({ deadlineMs: clock.nowMs + 2999 }), 10);
      http.script = () => OK;
      expect(await send()).toEqual(OK);
    },
  );

  it('is opened by an outage even if the deadline cut the retry short', async () => {
    const { clock, http, send } = always(json(503, {}));
    http.script = () => (http.requests.length % 2 === 1 ? json(503, {}) : failure('timeout'));
    await fail(() => send({ deadlineMs: clock.nowMs + 3000 }), 5);
    expect(http.requests.slice(0, 2).map(({ timeoutMs }) => timeoutMs)).toEqual([3000, 2950]);
    await expect(send()).rejects.toThrow(COOLING);
  });

  it.each<[string, Reply]>([
    ['500 with an OAuth error', json(500, { error: 'server_error' })],
    ['a redirect', json(302, {})],
    ['a response that is too large', failure('too_large')],
    ['a response that is not text', failure('not_text')],
    ['429', json(429, {}, { 'retry-after': '60' })],
  ])('is not opened by responses that may be about one credential: %s', async (_, reply) => {
    for (const endpoint of ['introspection', 'token'] as const) {
      const { http, send } = always(reply, endpoint);
      await fail(send, 10);
      http.script = () => OK;
      expect(await send()).toEqual(OK);
    }
  });

  it.each<[string, Reply]>([
    ['a redirect', json(302, {})],
    ['a response that is too large', failure('too_large')],
  ])('is opened by any failure of the keys endpoint, because no caller can provoke one: %s', async (_, reply) => {
    const { send } = always(reply, 'jwks');
    await fail(send, 5);
    await expect(send()).rejects.toThrow(COOLING);
  });

  it('affects one endpoint only', async () => {
    const { clock, http, send } = always(json(500, {}));
    await fail(send, 5);
    const other = issuerEndpointOver(http, clock);
    const request = { method: 'GET', url: URL, headers: {} } as const;
    await expect(other.send(() => request, contextFrom(clock))).rejects.toMatchObject({ code: 'issuer_unavailable' });
  });
});

describe('any behaviour of the server', () => {
  it('leads to at most two attempts, none past the deadline, and to a 2xx, a 4xx or an OAuth error', async () => {
    const reply: fc.Arbitrary<Reply> = fc.oneof(
      fc.record({
        status: fc.integer({ min: 200, max: 599 }),
        headers: fc.dictionary(
          fc.constantFrom('retry-after', 'x-ratelimit-reset'),
          fc.oneof(fc.nat(), fc.string()).map(String),
        ),
        body: fc.oneof(fc.string(), fc.constant('{"error":"server_error"}')),
      }),
      fc.constantFrom<HttpFailure['reason']>('connection', 'timeout', 'too_large', 'not_text', 'protocol').map(failure),
    );
    const run = async (replies: readonly Reply[], tookMs: number, leftMs: number) => {
      const { clock, http, send } = respondingWith(...replies);
      const { script } = http;
      http.script = (request) => {
        clock.nowMs += Math.min(tookMs, request.timeoutMs);
        return script(request);
      };
      const result = await send({ deadlineMs: NOW_MS + leftMs }).catch((error: Error) => error);
      expect(http.requests.length).toBeLessThanOrEqual(2);
      expect(clock.nowMs).toBeLessThanOrEqual(NOW_MS + leftMs);
      if (result instanceof Error) {
        expect(result).toMatchObject({ name: 'IssuerError' });
      } else {
        expect([2, 4, 5]).toContain(Math.floor(result.status / 100));
        if (result.status >= 500) expect(oauthErrorOf(result)).toBeDefined();
        expect(result.status).not.toBe(429);
      }
    };
    await fc.assert(fc.asyncProperty(fc.tuple(reply, reply), fc.nat(4000), fc.integer({ min: 50, max: 5000 }), run), {
      numRuns: 300,
    });
  });
});
