import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PrincipalCache, type PrincipalCacheSettings, type Resolved } from '../../../src/authorizer/principal-cache.ts';
import { CredentialError, IssuerError, type IssuerErrorCode } from '../../../src/core/errors.ts';
import type { Principal } from '../../../src/core/principal.ts';
import { FrozenClock, NOW_SECONDS } from '../../support/core/clock.ts';
import { caught, credentialError, issuerError } from '../../support/core/errors.ts';
import { ISSUER } from '../../support/core/issuer.ts';

function principal(changes: Partial<Principal> = {}): Principal {
  return {
    subject: 'auth0|1234',
    username: 'user@example.com',
    scopes: ['read:foo'],
    tokenType: 'application_specific_password_token',
    clientId: undefined,
    organizationId: undefined,
    issuer: ISSUER,
    expiresAt: undefined,
    ...changes,
  };
}

const PASSWORD = { credential: { kind: 'bearer', token: 'abcdefghijklmnop' }, form: 'opaque' } as const;
const refusal = new CredentialError('token_inactive', 'Not active.');
const refused = credentialError('token_inactive', 'Not active.');
const outage = (code: IssuerErrorCode = 'issuer_unavailable') => new IssuerError(code, 'Down.');

/** A cache in front of a server that returns the given result and counts its calls. */
function cacheWith(settings: Partial<PrincipalCacheSettings> = {}) {
  const clock = new FrozenClock();
  const cache = new PrincipalCache({
    clock: clock.read,
    cacheTtlSeconds: 300,
    negativeTtlSeconds: 10,
    staleIfErrorSeconds: 0,
    uncachedScopes: [],
    random: () => 0,
    ...settings,
  });
  const server = { result: principal() as Principal | Error, lookUps: 0 };
  const lookUp = async () => {
    server.lookUps += 1;
    if (server.result instanceof Error) throw server.result;
    return server.result;
  };
  return { cache, clock, server, find: (digest = 'digest') => cache.resolve({ ...PASSWORD, digest, lookUp }) };
}

describe('a principal', () => {
  it('is cached for the TTL and then looked up again', async () => {
    const { clock, server, find } = cacheWith();
    expect(await find()).toEqual({ principal: principal(), cacheHit: false });
    clock.advanceSeconds(299.999);
    expect(await find()).toEqual({ principal: principal(), cacheHit: true });
    expect(server.lookUps).toBe(1);
    clock.advanceSeconds(0.001);
    expect(await find()).toMatchObject({ cacheHit: false });
    expect(server.lookUps).toBe(2);
  });

  it('is not cached past its exp, not even by the clock tolerance', async () => {
    const { clock, server, find } = cacheWith();
    server.result = principal({ expiresAt: NOW_SECONDS + 60 });
    await find();
    clock.advanceSeconds(59.999);
    expect(await find()).toMatchObject({ cacheHit: true });
    clock.advanceSeconds(0.001);
    expect(await find()).toMatchObject({ cacheHit: false });
    expect(await find()).toMatchObject({ cacheHit: false });
    expect(server.lookUps).toBe(3);
  });

  it('is found only by its own digest', async () => {
    const { server, find } = cacheWith();
    await find('one');
    server.result = principal({ subject: 'other' });
    expect((await find('other')).principal.subject).toBe('other');
    expect((await find('one')).principal.subject).toBe('auth0|1234');
  });

  it('is not cached if the TTL is 0', async () => {
    const { server, find } = cacheWith({ cacheTtlSeconds: 0 });
    await find();
    expect(await find()).toMatchObject({ cacheHit: false });
    expect(server.lookUps).toBe(2);
  });

  it('is dropped when the issuer refuses it', async () => {
    const { clock, server, find } = cacheWith({ staleIfErrorSeconds: 3600 });
    await find();
    clock.advanceSeconds(300);
    server.result = refusal;
    await expect(find()).rejects.toThrow(refused);
    clock.advanceSeconds(10);
    server.result = outage();
    await expect(find()).rejects.toThrow(issuerError('issuer_unavailable', 'Down.'));
  });
});

describe('a principal with an uncached scope', () => {
  it('is looked up each time', async () => {
    const { server, find } = cacheWith({ uncachedScopes: ['delete:foo', 'admin'] });
    server.result = principal({ scopes: ['read:foo', 'admin'] });
    for (let i = 0; i < 3; i += 1) expect(await find()).toMatchObject({ cacheHit: false });
    expect(server.lookUps).toBe(3);
  });

  it('is never used as a stale entry, even if it was cached before it had the scope', async () => {
    const { clock, server, find } = cacheWith({ uncachedScopes: ['admin'], staleIfErrorSeconds: 3600 });
    await find();
    clock.advanceSeconds(300);
    server.result = principal({ scopes: ['admin'] });
    await find();
    server.result = outage();
    await expect(find()).rejects.toThrow(issuerError('issuer_unavailable', 'Down.'));
  });

  it('does not affect principals without the scope', async () => {
    const { find } = cacheWith({ uncachedScopes: ['admin'] });
    await find();
    expect(await find()).toMatchObject({ cacheHit: true });
  });
});

describe('a refusal', () => {
  it('is cached for its own, shorter TTL', async () => {
    const { clock, server, find } = cacheWith();
    server.result = refusal;
    await expect(find()).rejects.toThrow(refused);
    clock.advanceSeconds(9.999);
    server.result = principal();
    await expect(find()).rejects.toThrow(refused);
    expect(server.lookUps).toBe(1);
    clock.advanceSeconds(0.001);
    expect(await find()).toMatchObject({ cacheHit: false });
    expect(await find()).toMatchObject({ cacheHit: true });
  });

  it('is not cached if the TTL is 0', async () => {
    const { server, find } = cacheWith({ negativeTtlSeconds: 0 });
    server.result = refusal;
    await caught(find);
    server.result = principal();
    expect(await find()).toMatchObject({ cacheHit: false });
  });

  it('affects its own digest only', async () => {
    const { server, find } = cacheWith();
    server.result = refusal;
    await caught(() => find('bad'));
    server.result = principal();
    expect(await find('good')).toMatchObject({ cacheHit: false });
  });
});

describe('a failure of the issuer', () => {
  it.each(['issuer_unavailable', 'issuer_timeout', 'issuer_throttled', 'issuer_malformed'] as const)(
    'is not cached: %s',
    async (code) => {
      const { server, find } = cacheWith();
      server.result = outage(code);
      await expect(find()).rejects.toThrow(issuerError(code, 'Down.'));
      server.result = principal();
      expect(await find()).toEqual({ principal: principal(), cacheHit: false });
      expect(server.lookUps).toBe(2);
    },
  );

  it('is not cached if it is a bug in this software', async () => {
    const { server, find } = cacheWith({ staleIfErrorSeconds: 3600 });
    server.result = new TypeError('a defect');
    await expect(find()).rejects.toThrow(new TypeError('a defect'));
    server.result = principal();
    expect(await find()).toMatchObject({ cacheHit: false });
  });
});

describe('a principal whose TTL has ended', () => {
  const ttl = { cacheTtlSeconds: 300, staleIfErrorSeconds: 60 };

  it.each(['issuer_unavailable', 'issuer_timeout', 'issuer_circuit_open'] as const)(
    'is still used after %s, for as long as configured, counted from the last good response',
    async (code) => {
      const { clock, server, find } = cacheWith(ttl);
      await find();
      server.result = outage(code);
      clock.advanceSeconds(300);
      expect(await find()).toEqual({ principal: principal(), cacheHit: true });
      clock.advanceSeconds(59.999);
      expect(await find()).toMatchObject({ cacheHit: true });
      clock.advanceSeconds(0.001);
      await expect(find()).rejects.toThrow(issuerError(code, 'Down.'));
      // The server is called each time: a stale entry is not a response that could be cached again.
      expect(server.lookUps).toBe(4);
    },
  );

  it.each(['issuer_throttled', 'issuer_malformed', 'issuer_client_refused', 'issuer_refused'] as const)(
    'is not used after %s, since the server did respond',
    async (code) => {
      const { clock, server, find } = cacheWith(ttl);
      await find();
      clock.advanceSeconds(300);
      server.result = outage(code);
      await expect(find()).rejects.toThrow(issuerError(code, 'Down.'));
    },
  );

  it('is not used unless that is configured', async () => {
    const { clock, server, find } = cacheWith();
    await find();
    clock.advanceSeconds(300);
    server.result = outage();
    await expect(find()).rejects.toThrow(issuerError('issuer_unavailable', 'Down.'));
  });

  it('is never used past its exp', async () => {
    const { clock, server, find } = cacheWith(ttl);
    server.result = principal({ expiresAt: NOW_SECONDS + 310 });
    await find();
    server.result = outage();
    clock.advanceSeconds(309.999);
    expect(await find()).toMatchObject({ cacheHit: true });
    clock.advanceSeconds(0.001);
    await expect(find()).rejects.toThrow(issuerError('issuer_unavailable', 'Down.'));
  });

  it('is not used after a bug in this software', async () => {
    const { clock, server, find } = cacheWith(ttl);
    await find();
    clock.advanceSeconds(300);
    server.result = new TypeError('a defect');
    await expect(find()).rejects.toThrow(new TypeError('a defect'));
  });

  it('is checked by the time after the lookup, not before it', async () => {
    const { cache, clock, find } = cacheWith(ttl);
    await find();
    clock.advanceSeconds(359);
    const slowOutage = async () => {
      clock.advanceSeconds(5);
      throw outage('issuer_timeout');
    };
    await expect(cache.resolve({ ...PASSWORD, digest: 'digest', lookUp: slowOutage })).rejects.toThrow(
      issuerError('issuer_timeout', 'Down.'),
    );
  });

  it('gets a new TTL from the next good response', async () => {
    const { clock, server, find } = cacheWith(ttl);
    await find();
    clock.advanceSeconds(310);
    server.result = outage();
    await find();
    server.result = principal({ scopes: [] });
    expect(await find()).toEqual({ principal: principal({ scopes: [] }), cacheHit: false });
    clock.advanceSeconds(299);
    expect(await find()).toMatchObject({ cacheHit: true });
  });
});

describe('concurrent lookups', () => {
  it('are combined for 200 uses of one credential', async () => {
    const { server, find } = cacheWith();
    const all = await Promise.all(Array.from({ length: 200 }, () => find()));
    expect(server.lookUps).toBe(1);
    expect(new Set(all.map((resolved) => resolved.principal))).toEqual(new Set([principal()]));
  });

  it.each([
    ['a refusal', refusal],
    ['an outage', outage()],
  ])('share the result if it is %s', async (_, error) => {
    const { server, find } = cacheWith();
    server.result = error;
    const all = await Promise.all(Array.from({ length: 50 }, () => caught(find)));
    expect(new Set(all)).toEqual(new Set([error]));
    expect(server.lookUps).toBe(1);
  });

  it('are separate for each credential', async () => {
    const { server, find } = cacheWith();
    await Promise.all(['a', 'b', 'a', 'c', 'b'].map(find));
    expect(server.lookUps).toBe(3);
  });

  it('end, so that the next use starts a new one', async () => {
    const { server, find } = cacheWith({ cacheTtlSeconds: 0, negativeTtlSeconds: 0 });
    for (const response of [principal(), refusal, outage()]) {
      server.result = response;
      await find().catch(() => undefined);
    }
    expect(server.lookUps).toBe(3);
  });
});

describe('the size limits of the cache', () => {
  it('keep invalid credentials from displacing principals', async () => {
    const { server, find } = cacheWith();
    await find('good');
    server.result = refusal;
    for (let i = 0; i < 10_001; i += 1) await find(`junk ${i}`).catch(() => undefined);
    expect(await find('good')).toMatchObject({ cacheHit: true });
    const before = server.lookUps;
    await caught(() => find('junk 10000'));
    expect(server.lookUps).toBe(before);
    await caught(() => find('junk 0'));
    expect(server.lookUps).toBe(before + 1);
  });

  it('keep the youngest 10,000 principals', async () => {
    const { find } = cacheWith();
    for (let i = 0; i < 10_001; i += 1) await find(`user ${i}`);
    expect(await find('user 1')).toMatchObject({ cacheHit: true });
    expect(await find('user 0')).toMatchObject({ cacheHit: false });
  });
});

describe('the cache after any sequence of events', () => {
  type Step = { waitSeconds: number; response: Principal | Error };
  const step: fc.Arbitrary<Step> = fc.record({
    waitSeconds: fc.integer({ min: 0, max: 40 }),
    response: fc.oneof(
      fc.integer({ min: -5, max: 100 }).map((left) => principal({ expiresAt: NOW_SECONDS + left })),
      fc.constantFrom<Principal | Error>(principal(), refusal, outage(), outage('issuer_throttled')),
    ),
  });

  /** The server's last result for the credential, and its time. */
  interface Vouched {
    readonly principal: Principal;
    readonly atMs: number;
  }

  function expectVouchedFor({ principal, cacheHit }: Resolved, vouched: Vouched, nowMs: number, hasFailed: boolean) {
    expect(principal).toBe(vouched.principal);
    expect((nowMs - vouched.atMs) / 1000).toBeLessThan(hasFailed ? 50 : 30);
    const expiresAtMs = (principal.expiresAt ?? Number.POSITIVE_INFINITY) * 1000;
    if (cacheHit) expect(expiresAtMs).toBeGreaterThan(nowMs);
  }

  function vouchedAfter(response: Principal | Error, atMs: number, before: Vouched | undefined): Vouched | undefined {
    if (response === refusal) return undefined;
    return response instanceof Error ? before : { principal: response, atMs };
  }

  async function run(steps: readonly Step[]): Promise<void> {
    const { clock, server, find } = cacheWith({ cacheTtlSeconds: 30, staleIfErrorSeconds: 20 });
    let vouched: Vouched | undefined;
    for (const { waitSeconds, response } of steps) {
      clock.advanceSeconds(waitSeconds);
      server.result = response;
      const before = server.lookUps;
      const result = await find().catch((error: Error) => error);
      const wasCalled = server.lookUps > before;
      if (wasCalled) vouched = vouchedAfter(response, clock.nowMs, vouched);
      if (result instanceof Error) continue;
      if (!vouched) expect.unreachable('A principal that nobody has vouched for.');
      expectVouchedFor(result, vouched, clock.nowMs, wasCalled && response instanceof Error);
    }
  }

  it('never uses a principal that the issuer has not vouched for within TTL and grace, nor one past its exp', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 12 }), run), { numRuns: 300 });
  });
});
