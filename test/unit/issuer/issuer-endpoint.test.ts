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

const answering = (...replies: readonly Reply[]) => setUp(ScriptedHttp.inOrder(...replies));
const always = (reply: Reply, kind?: Endpoint) =>
  setUp(new ScriptedHttp(() => reply), kind === undefined ? {} : { kind });

describe('an answer', () => {
  it.each([200, 201, 204, 400, 401, 403, 404, 422])('of status %i is handed on after one attempt', async (status) => {
    const { http, send } = answering(json(status, { a: 1 }));
    expect(await send()).toEqual(json(status, { a: 1 }));
    expect(http.requests).toHaveLength(1);
  });

  it.each([300, 301, 302, 303, 307, 308])('that redirects with %i is not followed', async (status) => {
    const { http, send } = answering({ status, headers: { location: 'https://evil.example/' }, body: '' });
    await expect(send()).rejects.toThrow(
      issuerError('issuer_malformed', `The server answered ${status}; redirects are not followed.`),
    );
    expect(http.requests).toHaveLength(1);
  });

  it.each(['too_large', 'not_text', 'protocol'] as const)(
    'that cannot be read (%s) is not asked for again',
    async (reason) => {
      const { http, send } = answering(failure(reason));
      await expect(send()).rejects.toThrow(issuerError('issuer_malformed', 'The answer cannot be read.'));
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
  ])('follows %s, with a request of its own, after a jitter', async (_, reply) => {
    const { clock, http, send } = answering(reply, OK);
    expect(await send()).toEqual(OK);
    expect(http.requests.map((request) => request.body)).toEqual(['attempt 1', 'attempt 2']);
    expect(clock.sleeps).toEqual([50]);
  });

  it.each([
    [0, 50],
    [0.5, 100],
    [0.999, 149.9],
  ])('waits 50 to 150 ms: a draw of %d makes %d', async (random, waited) => {
    const { clock, send } = setUp(ScriptedHttp.inOrder(failure('connection'), OK), { random });
    await send();
    expect(clock.sleeps).toEqual([expect.closeTo(waited)]);
  });

  it('is the last', async () => {
    const { http, send } = always(failure('connection'));
    await expect(send()).rejects.toThrow(CANNOT_BE_REACHED);
    expect(http.requests).toHaveLength(2);
  });

  it('has the last word: what failed at last is what is said', async () => {
    const { send } = answering(failure('connection'), json(500, {}));
    await expect(send()).rejects.toThrow(issuerError('issuer_unavailable', 'The server answered 500.'));
  });

  it.each([
    ['a timeout', failure('timeout'), 'issuer_timeout', 'The server did not answer in time.'],
    ['500', json(500, {}), 'issuer_unavailable', 'The server answered 500.'],
    ['501', json(501, {}), 'issuer_unavailable', 'The server answered 501.'],
    ['599', json(599, {}), 'issuer_unavailable', 'The server answered 599.'],
  ] as const)('does not follow %s', async (_, reply, code, message) => {
    const { clock, http, send } = answering(reply);
    await expect(send()).rejects.toThrow(issuerError(code, message));
    expect(http.requests).toHaveLength(1);
    expect(clock.sleeps).toEqual([]);
  });

  it('keeps the failure as the cause, and nothing of the content', async () => {
    const lost = failure('connection');
    const error = await caught(() => always(lost).send());
    expect(error).toHaveProperty('cause', lost);
  });

  it('does not follow a defect of this software', async () => {
    const http = new ScriptedHttp(() => {
      throw new TypeError('a defect');
    });
    await expect(setUp(http).send()).rejects.toThrow(new TypeError('a defect'));
    expect(http.requests).toHaveLength(1);
  });
});

describe('the deadline', () => {
  it('gives an attempt 3 s, or what is left', async () => {
    const { clock, http, send } = always(OK);
    await send({ deadlineMs: NOW_MS + 5000 });
    await send({ deadlineMs: NOW_MS + 2999 });
    clock.nowMs += 1000;
    await send({ deadlineMs: NOW_MS + 2000 });
    expect(http.requests.map((request) => request.timeoutMs)).toEqual([3000, 2999, 1000]);
  });

  it('is one for all attempts', async () => {
    const { clock, http, send } = answering(failure('connection'), OK);
    const { script } = http;
    http.script = (request) => {
      clock.nowMs += 2900;
      return script(request);
    };
    await send({ deadlineMs: NOW_MS + 5000 });
    expect(http.requests.map((request) => request.timeoutMs)).toEqual([3000, 5000 - 2900 - 50]);
  });

  it('leaves no time for an attempt below 50 ms', async () => {
    const { http, send } = always(OK);
    await expect(send({ deadlineMs: NOW_MS + 49 })).rejects.toThrow(
      issuerError('issuer_timeout', 'The deadline has passed.'),
    );
    expect(http.requests).toHaveLength(0);
    await send({ deadlineMs: NOW_MS + 50 });
    expect(http.requests).toHaveLength(1);
  });

  it('forbids a retry that would begin too late', async () => {
    const { clock, http, send } = answering(failure('connection'), failure('connection'), OK);
    await expect(send({ deadlineMs: NOW_MS + 99 })).rejects.toThrow(CANNOT_BE_REACHED);
    expect([http.requests.length, clock.sleeps.length]).toEqual([1, 0]);
    await send({ deadlineMs: NOW_MS + 100 });
    expect([http.requests.length, clock.sleeps.length]).toEqual([3, 1]);
  });

  it('is kept even if a wait takes longer than asked', async () => {
    const { clock, http, makeRequest } = answering(failure('connection'), OK);
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

  it('that has passed is not held against the server', async () => {
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
    ['Retry-After of nothing', { 'retry-after': '0' }, 0],
    ['x-ratelimit-reset within the deadline', { 'x-ratelimit-reset': String(NOW_SECONDS + 3) }, 3000],
    ['x-ratelimit-reset in the past', { 'x-ratelimit-reset': String(NOW_SECONDS - 3) }, 0],
    [
      'Retry-After before x-ratelimit-reset',
      { 'retry-after': '1', 'x-ratelimit-reset': String(NOW_SECONDS + 4) },
      1000,
    ],
    ['nothing said', {}, 1000],
    ['nonsense said', { 'retry-after': '-1', 'x-ratelimit-reset': 'soon' }, 1000],
    ['a fraction said', { 'retry-after': '1.5' }, 1000],
  ])('is waited for: %s', async (_, headers, waited) => {
    const { clock, http, send } = answering(limited(headers), OK);
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
    const { clock, http, send } = answering(limited(headers));
    await expect(send()).rejects.toThrow(THROTTLED);
    expect(clock.sleeps).toEqual([]);
    expect(http.requests).toHaveLength(1);
  });

  it('that is there still after the wait is the end', async () => {
    const { http, send } = always(limited({ 'retry-after': '1' }));
    await expect(send()).rejects.toThrow(THROTTLED);
    expect(http.requests).toHaveLength(2);
  });

  it.each(['introspection', 'token'] as const)(
    'of the %s endpoint is one caller’s, and stops nobody else',
    async (endpoint) => {
      const headers = { 'retry-after': '10', 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '0' };
      const { http, send } = always(limited({ ...headers, 'x-ratelimit-reset': String(NOW_SECONDS + 60) }), endpoint);
      for (let time = 0; time < 10; time += 1) await expect(send()).rejects.toThrow(THROTTLED);
      http.script = () => OK;
      expect(await send()).toEqual(OK);
    },
  );

  it('of the keys is left alone for as long as it asks, and said to be a rate limit all the while', async () => {
    const { clock, http, send } = always(limited({ 'retry-after': '10' }), 'jwks');
    await caught(send);
    clock.advanceSeconds(9.9);
    await expect(send()).rejects.toThrow(
      issuerError('issuer_throttled', 'The server is left alone until its rate limit is over.'),
    );
    expect(http.requests).toHaveLength(1);
    clock.advanceSeconds(0.1);
    await expect(send()).rejects.toThrow(THROTTLED);
    expect(http.requests).toHaveLength(2);
  });

  it('of the keys is left alone for 30 s at most', async () => {
    const { clock, http, send } = always(limited({ 'retry-after': '3600' }), 'jwks');
    await caught(send);
    clock.advanceSeconds(30);
    http.script = () => OK;
    expect(await send()).toEqual(OK);
  });

  it('may be an answer, if the one who asked says so', async () => {
    const { clock, http, endpoint, makeRequest } = always(limited({ 'retry-after': '3' }));
    expect((await endpoint.send(makeRequest, CONTEXT, () => true)).status).toBe(429);
    expect(http.requests).toHaveLength(1);
    expect(clock.sleeps).toEqual([]);
  });
});

describe('the last of a rate limit', () => {
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
  const LEFT_TO_OTHERS = issuerError('issuer_throttled', 'The last of the rate limit is left to others.');

  it('is left to others until there is more', async () => {
    const { clock, http, send } = always(left(9));
    expect((await send()).status).toBe(200);
    await expect(send()).rejects.toThrow(LEFT_TO_OTHERS);
    clock.advanceSeconds(10);
    expect((await send()).status).toBe(200);
    expect(http.requests).toHaveLength(2);
  });

  it.each([0, 1, 5])(
    'needs no pause if there is more of it in %i s, since a 429 can be waited for',
    async (seconds) => {
      const { clock, send } = always(left(0));
      clock.nowMs = NOW_MS + 10_000 - seconds * 1000;
      await send();
      expect((await send()).status).toBe(200);
    },
  );

  it('of the keys is left to others as well', async () => {
    const { send } = always(left(0), 'jwks');
    await send();
    await expect(send()).rejects.toThrow(LEFT_TO_OTHERS);
  });

  it('is not read at the token endpoint, which may count the logins of one user', async () => {
    const { send } = always(left(0), 'token');
    await send();
    expect((await send()).status).toBe(200);
  });

  it('is not near while a tenth is there', async () => {
    const { send } = always(left(10));
    await send();
    expect((await send()).status).toBe(200);
  });

  it('is not read off a 429 that is an answer about one user, for it counts that user only', async () => {
    const { http, endpoint, makeRequest, send } = always(left(0, 429));
    expect((await endpoint.send(makeRequest, CONTEXT, () => true)).status).toBe(429);
    http.script = () => OK;
    expect(await send()).toEqual(OK);
  });
});

describe('whoever watches', () => {
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

  it('hears of each attempt, what came of it and how long it took', async () => {
    const { clock, events, http, send } = watched(INTROSPECTION, json(503, {}), OK);
    const { script } = http;
    http.script = (request) => {
      clock.nowMs += 7;
      return script(request);
    };
    await send();
    expect(events).toEqual([
      { ...attempt('issuer_unavailable'), durationMs: 7 },
      { ...attempt('answer', true), durationMs: 7 },
    ]);
  });

  it('hears of each cool-down when it begins', async () => {
    const { events, send } = watched('jwks', json(429, {}, { 'retry-after': '20' }));
    await caught(send);
    await caught(send);
    expect(events).toEqual([
      attempt('issuer_throttled', false, 'jwks'),
      { kind: 'circuit_opened', endpoint: 'jwks', durationMs: 20_000 },
    ]);
  });

  it('hears of five failures and the cool-down after them', async () => {
    const { events, send } = watched(INTROSPECTION, ...Array.from({ length: 5 }, () => json(500, {})));
    for (let i = 0; i < 7; i += 1) await caught(send);
    expect(events).toEqual([
      ...Array.from({ length: 5 }, () => attempt('issuer_unavailable')),
      { kind: 'circuit_opened', endpoint: 'introspection', durationMs: 2000 },
    ]);
  });
});

describe('the cool-down', () => {
  const COOLING = issuerError('issuer_circuit_open', 'The server is left alone after repeated failures.');

  async function fail(send: () => Promise<unknown>, times: number): Promise<void> {
    for (let i = 0; i < times; i += 1) await send().catch(() => undefined);
  }

  it('begins with the fifth failure in a row', async () => {
    const { http, send } = always(json(500, {}));
    await fail(send, 4);
    await expect(send()).rejects.toThrow(issuerError('issuer_unavailable', 'The server answered 500.'));
    expect(http.requests).toHaveLength(5);
    await expect(send()).rejects.toThrow(COOLING);
    expect(http.requests).toHaveLength(5);
  });

  it('does not begin if one of five succeeds', async () => {
    const { http, send } = always(json(500, {}));
    await fail(send, 4);
    http.script = () => json(404, {});
    await send();
    http.script = () => json(500, {});
    await fail(send, 4);
    await expect(send()).rejects.toThrow(issuerError('issuer_unavailable', 'The server answered 500.'));
  });

  it('doubles from 2 s with each failure after it, up to 30 s', async () => {
    const { clock, http, send } = always(json(500, {}));
    await fail(send, 5);
    const lasted: number[] = [];
    for (let round = 0; round < 7; round += 1) {
      const asked = http.requests.length;
      const began = clock.nowMs;
      while (http.requests.length === asked) {
        clock.advanceSeconds(0.5);
        await caught(send);
      }
      lasted.push((clock.nowMs - began) / 1000);
    }
    expect(lasted).toEqual([2, 4, 8, 16, 30, 30, 30]);
  });

  it('ends with its time, and one answer forgets all failures', async () => {
    const { clock, http, send } = always(failure('timeout'));
    await fail(send, 5);
    clock.advanceSeconds(2);
    http.script = () => OK;
    expect(await send()).toEqual(OK);
    http.script = () => failure('timeout');
    await fail(send, 4);
    await expect(send()).rejects.toThrow(issuerError('issuer_timeout', 'The server did not answer in time.'));
  });

  it('does not begin with timeouts of attempts that the deadline cut short', async () => {
    const { clock, http, send } = always(failure('timeout'));
    await fail(() => send({ deadlineMs: clock.nowMs + 2999 }), 10);
    http.script = () => OK;
    expect(await send()).toEqual(OK);
  });

  it('does begin if the attempt before the retry that was cut short was an outage', async () => {
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
  ])('does not begin with what may be about one credential: %s', async (_, reply) => {
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
  ])('begins with any failure to fetch the keys, since no caller has a part in it: %s', async (_, reply) => {
    const { send } = always(reply, 'jwks');
    await fail(send, 5);
    await expect(send()).rejects.toThrow(COOLING);
  });

  it("is one endpoint's own", async () => {
    const { clock, http, send } = always(json(500, {}));
    await fail(send, 5);
    const other = issuerEndpointOver(http, clock);
    const request = { method: 'GET', url: URL, headers: {} } as const;
    await expect(other.send(() => request, contextFrom(clock))).rejects.toMatchObject({ code: 'issuer_unavailable' });
  });
});

describe('whatever the server does', () => {
  it('there are at most two attempts, none past the deadline, and an answer is 2xx, 4xx or an OAuth error', async () => {
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
      const { clock, http, send } = answering(...replies);
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
