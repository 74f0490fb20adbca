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

const refusal = new CredentialError('token_inactive', 'Not active.');
const refused = credentialError('token_inactive', 'Not active.');
const outage = (code: IssuerErrorCode = 'issuer_unavailable') => new IssuerError(code, 'Down.');

/** A cache before a server that says what a test wants, and counts how often it is asked. */
function cached(settings: Partial<PrincipalCacheSettings> = {}) {
  const clock = new FrozenClock();
  const cache = new PrincipalCache({
    clock: clock.read,
    cacheTtlSeconds: 300,
    negativeTtlSeconds: 10,
    staleIfErrorSeconds: 0,
    uncachedScopes: [],
    ...settings,
  });
  const server = { says: principal() as Principal | Error, lookUps: 0 };
  const lookUp = async () => {
    server.lookUps += 1;
    if (server.says instanceof Error) throw server.says;
    return server.says;
  };
  return { cache, clock, server, ask: (digest = 'digest') => cache.resolve(digest, lookUp) };
}

describe('a principal', () => {
  it('is cached for the TTL and then looked up again', async () => {
    const { clock, server, ask } = cached();
    expect(await ask()).toEqual({ principal: principal(), cacheHit: false });
    clock.advanceSeconds(299.999);
    expect(await ask()).toEqual({ principal: principal(), cacheHit: true });
    expect(server.lookUps).toBe(1);
    clock.advanceSeconds(0.001);
    expect(await ask()).toMatchObject({ cacheHit: false });
    expect(server.lookUps).toBe(2);
  });

  it('is not cached past its exp, not even by the clock tolerance', async () => {
    const { clock, server, ask } = cached();
    server.says = principal({ expiresAt: NOW_SECONDS + 60 });
    await ask();
    clock.advanceSeconds(59.999);
    expect(await ask()).toMatchObject({ cacheHit: true });
    clock.advanceSeconds(0.001);
    expect(await ask()).toMatchObject({ cacheHit: false });
    expect(await ask()).toMatchObject({ cacheHit: false });
    expect(server.lookUps).toBe(3);
  });

  it('is found by its own digest only', async () => {
    const { server, ask } = cached();
    await ask('one');
    server.says = principal({ subject: 'other' });
    expect((await ask('other')).principal.subject).toBe('other');
    expect((await ask('one')).principal.subject).toBe('auth0|1234');
  });

  it('is not cached if the TTL is 0', async () => {
    const { server, ask } = cached({ cacheTtlSeconds: 0 });
    await ask();
    expect(await ask()).toMatchObject({ cacheHit: false });
    expect(server.lookUps).toBe(2);
  });

  it('is dropped when the issuer refuses it', async () => {
    const { clock, server, ask } = cached({ staleIfErrorSeconds: 3600 });
    await ask();
    clock.advanceSeconds(300);
    server.says = refusal;
    await expect(ask()).rejects.toThrow(refused);
    clock.advanceSeconds(10);
    server.says = outage();
    await expect(ask()).rejects.toThrow(issuerError('issuer_unavailable', 'Down.'));
  });
});

describe('a principal with an uncached scope', () => {
  it('is looked up each time', async () => {
    const { server, ask } = cached({ uncachedScopes: ['delete:foo', 'admin'] });
    server.says = principal({ scopes: ['read:foo', 'admin'] });
    for (let i = 0; i < 3; i += 1) expect(await ask()).toMatchObject({ cacheHit: false });
    expect(server.lookUps).toBe(3);
  });

  it('is never used as a stale entry, even if it was cached before it had the scope', async () => {
    const { clock, server, ask } = cached({ uncachedScopes: ['admin'], staleIfErrorSeconds: 3600 });
    await ask();
    clock.advanceSeconds(300);
    server.says = principal({ scopes: ['admin'] });
    await ask();
    server.says = outage();
    await expect(ask()).rejects.toThrow(issuerError('issuer_unavailable', 'Down.'));
  });

  it('does not affect principals without the scope', async () => {
    const { ask } = cached({ uncachedScopes: ['admin'] });
    await ask();
    expect(await ask()).toMatchObject({ cacheHit: true });
  });
});

describe('a refusal', () => {
  it('is cached for its own, shorter TTL', async () => {
    const { clock, server, ask } = cached();
    server.says = refusal;
    await expect(ask()).rejects.toThrow(refused);
    clock.advanceSeconds(9.999);
    server.says = principal();
    await expect(ask()).rejects.toThrow(refused);
    expect(server.lookUps).toBe(1);
    clock.advanceSeconds(0.001);
    expect(await ask()).toMatchObject({ cacheHit: false });
    expect(await ask()).toMatchObject({ cacheHit: true });
  });

  it('is not cached if the TTL is 0', async () => {
    const { server, ask } = cached({ negativeTtlSeconds: 0 });
    server.says = refusal;
    await caught(ask);
    server.says = principal();
    expect(await ask()).toMatchObject({ cacheHit: false });
  });

  it('affects its own digest only', async () => {
    const { server, ask } = cached();
    server.says = refusal;
    await caught(() => ask('bad'));
    server.says = principal();
    expect(await ask('good')).toMatchObject({ cacheHit: false });
  });
});

describe('a failure of the issuer', () => {
  it.each(['issuer_unavailable', 'issuer_timeout', 'issuer_throttled', 'issuer_malformed'] as const)(
    'is not cached: %s',
    async (code) => {
      const { server, ask } = cached();
      server.says = outage(code);
      await expect(ask()).rejects.toThrow(issuerError(code, 'Down.'));
      server.says = principal();
      expect(await ask()).toEqual({ principal: principal(), cacheHit: false });
      expect(server.lookUps).toBe(2);
    },
  );

  it('is not cached if it is a bug in this software', async () => {
    const { server, ask } = cached({ staleIfErrorSeconds: 3600 });
    server.says = new TypeError('a defect');
    await expect(ask()).rejects.toThrow(new TypeError('a defect'));
    server.says = principal();
    expect(await ask()).toMatchObject({ cacheHit: false });
  });
});

describe('a principal that has outlived its TTL', () => {
  const ttl = { cacheTtlSeconds: 300, staleIfErrorSeconds: 60 };

  it.each(['issuer_unavailable', 'issuer_timeout', 'issuer_circuit_open'] as const)(
    'is still used after %s, for as long as configured, counted from the last good response',
    async (code) => {
      const { clock, server, ask } = cached(ttl);
      await ask();
      server.says = outage(code);
      clock.advanceSeconds(300);
      expect(await ask()).toEqual({ principal: principal(), cacheHit: true });
      clock.advanceSeconds(59.999);
      expect(await ask()).toMatchObject({ cacheHit: true });
      clock.advanceSeconds(0.001);
      await expect(ask()).rejects.toThrow(issuerError(code, 'Down.'));
      // The server is called each time: a stale entry is not a response that could be cached again.
      expect(server.lookUps).toBe(4);
    },
  );

  it.each(['issuer_throttled', 'issuer_malformed', 'issuer_client_refused', 'issuer_refused'] as const)(
    'is not used after %s, which is a response',
    async (code) => {
      const { clock, server, ask } = cached(ttl);
      await ask();
      clock.advanceSeconds(300);
      server.says = outage(code);
      await expect(ask()).rejects.toThrow(issuerError(code, 'Down.'));
    },
  );

  it('is not used unless that is configured', async () => {
    const { clock, server, ask } = cached();
    await ask();
    clock.advanceSeconds(300);
    server.says = outage();
    await expect(ask()).rejects.toThrow(issuerError('issuer_unavailable', 'Down.'));
  });

  it('is never used past its exp', async () => {
    const { clock, server, ask } = cached(ttl);
    server.says = principal({ expiresAt: NOW_SECONDS + 310 });
    await ask();
    server.says = outage();
    clock.advanceSeconds(309.999);
    expect(await ask()).toMatchObject({ cacheHit: true });
    clock.advanceSeconds(0.001);
    await expect(ask()).rejects.toThrow(issuerError('issuer_unavailable', 'Down.'));
  });

  it('is not used after a bug in this software', async () => {
    const { clock, server, ask } = cached(ttl);
    await ask();
    clock.advanceSeconds(300);
    server.says = new TypeError('a defect');
    await expect(ask()).rejects.toThrow(new TypeError('a defect'));
  });

  it('is checked by the time after the look-up, not before it', async () => {
    const { cache, clock, ask } = cached(ttl);
    await ask();
    clock.advanceSeconds(359);
    const slowOutage = async () => {
      clock.advanceSeconds(5);
      throw outage('issuer_timeout');
    };
    await expect(cache.resolve('digest', slowOutage)).rejects.toThrow(issuerError('issuer_timeout', 'Down.'));
  });

  it('gets a new TTL from the next good response', async () => {
    const { clock, server, ask } = cached(ttl);
    await ask();
    clock.advanceSeconds(310);
    server.says = outage();
    await ask();
    server.says = principal({ scopes: [] });
    expect(await ask()).toEqual({ principal: principal({ scopes: [] }), cacheHit: false });
    clock.advanceSeconds(299);
    expect(await ask()).toMatchObject({ cacheHit: true });
  });
});

describe('concurrent look-ups', () => {
  it('are one for 200 uses of one credential', async () => {
    const { server, ask } = cached();
    const all = await Promise.all(Array.from({ length: 200 }, () => ask()));
    expect(server.lookUps).toBe(1);
    expect(new Set(all.map((resolved) => resolved.principal))).toEqual(new Set([principal()]));
  });

  it.each([
    ['a refusal', refusal],
    ['an outage', outage()],
  ])('share %s too', async (_, error) => {
    const { server, ask } = cached();
    server.says = error;
    const all = await Promise.all(Array.from({ length: 50 }, () => caught(ask)));
    expect(new Set(all)).toEqual(new Set([error]));
    expect(server.lookUps).toBe(1);
  });

  it('are one for each credential', async () => {
    const { server, ask } = cached();
    await Promise.all(['a', 'b', 'a', 'c', 'b'].map(ask));
    expect(server.lookUps).toBe(3);
  });

  it('end, so that the next use starts a new one', async () => {
    const { server, ask } = cached({ cacheTtlSeconds: 0, negativeTtlSeconds: 0 });
    for (const says of [principal(), refusal, outage()]) {
      server.says = says;
      await ask().catch(() => undefined);
    }
    expect(server.lookUps).toBe(3);
  });
});

describe('the size limits', () => {
  it('keep a flood of junk from pushing principals out', async () => {
    const { server, ask } = cached();
    await ask('good');
    server.says = refusal;
    for (let i = 0; i < 10_001; i += 1) await ask(`junk ${i}`).catch(() => undefined);
    expect(await ask('good')).toMatchObject({ cacheHit: true });
    const before = server.lookUps;
    await caught(() => ask('junk 10000'));
    expect(server.lookUps).toBe(before);
    await caught(() => ask('junk 0'));
    expect(server.lookUps).toBe(before + 1);
  });

  it('keep the youngest 10,000 principals', async () => {
    const { ask } = cached();
    for (let i = 0; i < 10_001; i += 1) await ask(`user ${i}`);
    expect(await ask('user 1')).toMatchObject({ cacheHit: true });
    expect(await ask('user 0')).toMatchObject({ cacheHit: false });
  });
});

describe('any sequence of events', () => {
  type Step = { waitSeconds: number; says: Principal | Error };
  const step: fc.Arbitrary<Step> = fc.record({
    waitSeconds: fc.integer({ min: 0, max: 40 }),
    says: fc.oneof(
      fc.integer({ min: -5, max: 100 }).map((left) => principal({ expiresAt: NOW_SECONDS + left })),
      fc.constantFrom<Principal | Error>(principal(), refusal, outage(), outage('issuer_throttled')),
    ),
  });

  /** What the server last said of the credential, and when. */
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

  function heard(says: Principal | Error, atMs: number, before: Vouched | undefined): Vouched | undefined {
    if (says === refusal) return undefined;
    return says instanceof Error ? before : { principal: says, atMs };
  }

  async function run(steps: readonly Step[]): Promise<void> {
    const { clock, server, ask } = cached({ cacheTtlSeconds: 30, staleIfErrorSeconds: 20 });
    let vouched: Vouched | undefined;
    for (const { waitSeconds, says } of steps) {
      clock.advanceSeconds(waitSeconds);
      server.says = says;
      const before = server.lookUps;
      const result = await ask().catch((error: Error) => error);
      const wasAsked = server.lookUps > before;
      if (wasAsked) vouched = heard(says, clock.nowMs, vouched);
      if (result instanceof Error) continue;
      if (!vouched) expect.unreachable('A principal that nobody has vouched for.');
      expectVouchedFor(result, vouched, clock.nowMs, wasAsked && says instanceof Error);
    }
  }

  it('never uses a principal that the issuer has not vouched for within TTL and grace, nor one past its exp', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 12 }), run), { numRuns: 300 });
  });
});
