import fc from 'fast-check';
import { decodeProtectedHeader } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { IssuerError } from '../../../src/core/errors.ts';
import type { Principal } from '../../../src/core/principal.ts';
import { type PrincipalKeyPairs, writePrincipalKeys } from '../../../src/principal-token/key-pairs.ts';
import { importPrincipalKey } from '../../../src/principal-token/principal-key.ts';
import { PrincipalTokens } from '../../../src/principal-token/principal-tokens.ts';
import { FrozenClock, NOW_SECONDS } from '../../support/core/clock.ts';
import { credentialError, issuerError } from '../../support/core/errors.ts';
import { makePrincipalKeys, PRINCIPAL_TOKEN, verifyAsBackend } from '../../support/core/principal-keys.ts';
import { PRINCIPAL } from '../../support/lambda/decisions.ts';

const KEYS = makePrincipalKeys();
const OTHER_KEYS = makePrincipalKeys();
const UNREADABLE = new IssuerError('issuer_unavailable', 'The secret cannot be read.');
const FIVE_MINUTES = 300;

let clock: FrozenClock;
let stored: PrincipalKeyPairs | Error;
let reads: number;
let tokens: PrincipalTokens;

beforeEach(() => {
  clock = new FrozenClock();
  stored = KEYS;
  reads = 0;
  tokens = new PrincipalTokens({ ...PRINCIPAL_TOKEN, clock: clock.read, readKey });
});

async function readKey() {
  reads += 1;
  if (stored instanceof Error) throw stored;
  return importPrincipalKey(writePrincipalKeys(stored));
}

const sign = (changes: Partial<Principal> = {}) => tokens.start()({ ...PRINCIPAL, expiresAt: undefined, ...changes });
const verify = (token: string, keys = KEYS, nowMs = clock.nowMs) => verifyAsBackend(token, keys, nowMs);
const claimsOf = async (changes: Partial<Principal> = {}) => (await verify(await sign(changes))).payload;

describe('the signed principal', () => {
  it('says who the principal is, in the claims of RFC 7519 and RFC 8693', async () => {
    const { protectedHeader, payload } = await verify(await sign());
    expect(protectedHeader).toEqual({ alg: 'ES256', typ: 'principal+jwt', kid: KEYS[0].kid });
    expect(payload).toEqual({
      iss: PRINCIPAL_TOKEN.issuer,
      aud: PRINCIPAL_TOKEN.audience,
      sub: 'auth0|1234',
      iat: NOW_SECONDS,
      exp: NOW_SECONDS + 360,
      issuer: 'https://tenant.auth0.com/',
      client_id: 'client',
      token_type: 'access_token',
      scope: 'read:foo create:foo',
    });
  });

  it('has the name, the organization, the actor and the claims if the principal has them', async () => {
    const claims = { 'https://demo.api/roles': '["admin"]', email: 'user@example.com' };
    const actor = '{"sub":"agent","act":{"sub":"first"}}';
    const principal = { username: 'Zoë', organizationId: 'org_1', actor, claims };
    expect(await claimsOf(principal)).toMatchObject({
      username: 'Zoë',
      org_id: 'org_1',
      act: { sub: 'agent', act: { sub: 'first' } },
      claims,
    });
  });

  it.each([
    ['has no end', undefined],
    ['lives on', 3600],
    ['ends soon', 1],
    ['has just ended', 0],
    ['has ended by our clock, but not by that of the issuer', -4],
  ])('lives a minute longer than a cached response, also if the credential %s', async (_what, leftSeconds) => {
    const expiresAt = leftSeconds === undefined ? undefined : NOW_SECONDS + leftSeconds;
    const { iat, exp } = await claimsOf({ expiresAt });
    expect([iat, exp]).toEqual([NOW_SECONDS, NOW_SECONDS + 360]);
  });

  it('is refused from its end on', async () => {
    const token = await sign();
    await verify(token, KEYS, clock.nowMs + 359_000);
    await expect(verify(token, KEYS, clock.nowMs + 360_000)).rejects.toThrow('"exp" claim timestamp check failed');
  });

  it('has whole seconds as times', async () => {
    clock.nowMs += 999;
    const { iat, exp } = await claimsOf({ expiresAt: NOW_SECONDS + 1.5 });
    expect([iat, exp]).toEqual([NOW_SECONDS, NOW_SECONDS + 360]);
  });

  it.each([
    ['another audience', { audience: 'https://other.example' }],
    ['another issuer', { issuer: 'https://tenant.auth0.com/' }],
    ['an access token', { typ: 'at+jwt' }],
    ['any JWT', { typ: 'JWT' }],
  ])('is refused by whoever expects %s', async (_what, expected) => {
    await expect(verifyAsBackend(await sign(), KEYS, clock.nowMs, expected)).rejects.toThrow();
  });

  it('is refused if one letter of it was changed', async () => {
    const [header, payload = '', signature] = (await sign()).split('.');
    const forged = JSON.stringify({ ...JSON.parse(Buffer.from(payload, 'base64url').toString()), sub: 'auth0|5678' });
    const token = [header, Buffer.from(forged).toString('base64url'), signature].join('.');
    await expect(verify(token)).rejects.toThrow('signature verification failed');
  });

  it('is refused, not cut, if the claims are too long', async () => {
    const message = 'The claims are too long for the signed principal.';
    await verify(await sign({ claims: { a: 'a'.repeat(2600) } }));
    await expect(sign({ claims: { a: 'a'.repeat(2800) } })).rejects.toThrow(
      credentialError('claims_malformed', message),
    );
  });

  it('fits into a context with the principal, whatever the scopes are: whole scopes are dropped', async () => {
    const scope = fc.string({ unit: fc.constantFrom('a', ':', '.'), minLength: 1, maxLength: 300 });
    const text = fc.option(fc.string({ unit: 'grapheme', maxLength: 40 }), { nil: undefined });
    const parts = fc.record({ scopes: fc.array(scope, { maxLength: 60 }), username: text, organizationId: text });
    await fc.assert(
      fc.asyncProperty(parts, async (changes) => {
        const token = await sign(changes);
        expect(token.length).toBeLessThanOrEqual(4200);
        const { scope: sent } = (await verify(token)).payload;
        const kept = String(sent).split(' ').filter(Boolean);
        expect(kept).toEqual(changes.scopes.slice(0, kept.length));
      }),
      { numRuns: 50 },
    );
  });
});

describe('the key', () => {
  it('is read once, however many requests come', async () => {
    await Promise.all([sign(), sign()]);
    await sign();
    expect(reads).toBe(1);
  });

  it('is read while the credential is looked up', async () => {
    const signLater = tokens.start();
    expect(reads).toBe(1);
    await verify(await signLater(PRINCIPAL));
    expect(reads).toBe(1);
  });

  it('is read again after five minutes, so that a rotation is seen', async () => {
    await sign();
    stored = OTHER_KEYS;
    clock.advanceSeconds(FIVE_MINUTES - 1);
    expect(decodeProtectedHeader(await sign()).kid).toBe(KEYS[0].kid);
    clock.advanceSeconds(1);
    await verify(await sign(), OTHER_KEYS);
  });

  it('stays in use if it cannot be read again, and is tried again after five minutes', async () => {
    await sign();
    stored = UNREADABLE;
    clock.advanceSeconds(FIVE_MINUTES);
    await verify(await sign());
    await verify(await sign());
    expect(reads).toBe(2);
    stored = OTHER_KEYS;
    clock.advanceSeconds(FIVE_MINUTES);
    await verify(await sign(), OTHER_KEYS);
  });

  it('is read again at once if it could not be read before', async () => {
    stored = UNREADABLE;
    await expect(sign()).rejects.toThrow(issuerError('issuer_unavailable', UNREADABLE.message));
    stored = KEYS;
    await verify(await sign());
  });

  it('does not end the process if nobody waits for it', async () => {
    stored = UNREADABLE;
    tokens.start();
    await new Promise(setImmediate);
    expect(reads).toBe(1);
  });
});
