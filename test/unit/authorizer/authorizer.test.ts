import { createHmac, createPublicKey } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/core/errors.ts';
import { NOW_SECONDS } from '../../support/core/clock.ts';
import { activePassword, INACTIVE } from '../../support/core/introspection-answers.ts';
import { accessTokenClaims, forge, makeIssuerKey, mint } from '../../support/core/issuer.ts';
import { failure, json, type Reply, text } from '../../support/core/scripted-http.ts';
import { loggedIn, loginError, TOKEN_URL } from '../../support/core/token-endpoint.ts';
import { basic, World, type WorldSettings } from '../../support/core/world.ts';

const USER = 'user@example.com';
const ASP = 'abcdefghijklmnop';
const issuerKey = await makeIssuerKey('rsa-1');
const jwt = await mint(issuerKey);
const minted = {
  expired: await mint(issuerKey, { exp: NOW_SECONDS - 1 }),
  otherIssuer: await mint(issuerKey, { iss: 'https://evil.example/' }),
  otherAudience: await mint(issuerKey, { aud: 'https://other.api' }),
  otherKey: await mint(await makeIssuerKey('rsa-1')),
  unknownKid: await mint({ ...issuerKey, kid: 'other' }),
};

function world(settings: WorldSettings = {}): World {
  const world = new World({ issuerKeys: [issuerKey], ...settings });
  world.tokens.set(ASP, activePassword({ scope: 'read:foo' }));
  world.tokens.set('opaque', activePassword({ token_type: 'Bearer', exp: NOW_SECONDS + 600, username: undefined }));
  world.passwords.set(`${USER}:correct horse`, loggedIn(jwt));
  return world;
}

const GOOD_CREDENTIALS: readonly (readonly [string, string])[] = [
  ['a JWT', `Bearer ${jwt}`],
  ['an opaque token', 'Bearer opaque'],
  ['an app specific password as Bearer', `Bearer ${ASP}`],
  ['an app specific password as Basic', basic(USER, ASP)],
  ['a password', basic(USER, 'correct horse')],
];

const onWhoami = { resourcePath: '/whoami', path: '/whoami' };
const onPost = { method: 'POST' };
const unavailable = (reason: string) => expect.objectContaining({ outcome: 'unavailable', reason });

describe('a credential that is good', () => {
  it.each(GOOD_CREDENTIALS)('opens the routes that its scopes are enough for: %s', async (_, authorization) => {
    const it = world();
    expect(await it.decide(authorization)).toMatchObject({
      outcome: 'allow',
      principal: { subject: 'auth0|1234' },
      cacheHit: false,
    });
    expect(await it.decide(authorization, onWhoami)).toMatchObject({ outcome: 'allow', cacheHit: true });
  });

  it.each([`Bearer ${jwt}`, `Bearer ${ASP}`, basic(USER, ASP)])(
    'is denied where its scopes are not enough, before and after an allow: %.12s',
    async (authorization) => {
      const it = world();
      const denial = {
        outcome: 'deny',
        reason: 'scope_missing',
        requiredScopes: ['create:foo'],
        principal: { subject: 'auth0|1234' },
      };
      expect(await it.decide(authorization, onPost)).toMatchObject({ ...denial, cacheHit: false });
      expect(await it.decide(authorization)).toMatchObject({ outcome: 'allow', cacheHit: true });
      expect(await it.decide(authorization, onPost)).toMatchObject({ ...denial, cacheHit: true });
    },
  );

  it('is denied on a route that nobody has configured', async () => {
    expect(await world().decide(`Bearer ${jwt}`, { resourcePath: '/bar', path: '/foo' })).toMatchObject({
      outcome: 'deny',
      reason: 'route_unknown',
      requiredScopes: [],
      principal: { subject: 'auth0|1234' },
    });
  });

  it('is asked about once by 200 requests at once', async () => {
    const it = world();
    const all = await Promise.all(Array.from({ length: 200 }, () => it.decide(basic(USER, ASP))));
    expect(new Set(all.map(({ outcome }) => outcome))).toEqual(new Set(['allow']));
    expect(it.counts).toEqual({ logins: 0, introspections: 1, keyFetches: 0 });
  });

  it('is asked about each time where it has a scope that is not cached', async () => {
    const it = world({ uncachedScopes: ['read:foo'] });
    for (let i = 0; i < 3; i += 1) expect(await it.decide(`Bearer ${ASP}`)).toMatchObject({ cacheHit: false });
    expect(it.counts.introspections).toBe(3);
  });

  it('is refused once revoked and the cache has forgotten it, without a failed login', async () => {
    const it = world();
    await it.decide(basic(USER, ASP));
    it.tokens.set(ASP, INACTIVE);
    expect(await it.decide(basic(USER, ASP))).toMatchObject({ outcome: 'allow' });
    it.clock.advanceSeconds(300);
    for (let i = 0; i < 30; i += 1) {
      expect(await it.decide(basic(USER, ASP))).toEqual({ outcome: 'unauthenticated', reason: 'token_inactive' });
    }
    expect(it.counts).toEqual({ logins: 0, introspections: 2, keyFetches: 0 });
  });

  it("passes the caller's IP on to a login, and nothing where there is none", async () => {
    for (const [callerIp, sent] of [
      ['203.0.113.7', '203.0.113.7'],
      ['', undefined],
      [undefined, undefined],
    ]) {
      const it = world();
      await it.decide(basic(USER, 'correct horse'), { callerIp });
      expect(it.http.to(TOKEN_URL)[0]?.headers['auth0-forwarded-for']).toBe(sent);
    }
  });
});

describe('a request that proves nothing', () => {
  it.each([
    ['no header', [], 'credential_missing'],
    ['two headers', [`Bearer ${jwt}`, `Bearer ${jwt}`], 'credential_repeated'],
    ['another scheme', ['Digest x'], 'scheme_unsupported'],
    ['6 KB of junk', [`Bearer ${'x'.repeat(6000)}`], 'credential_oversized'],
    ['9 KB of junk', [`Bearer ${'x'.repeat(9000)}`], 'credential_oversized'],
    ['a malformed token', ['Bearer {}'], 'credential_malformed'],
    ['malformed Basic', ['Basic !'], 'credential_malformed'],
    ['three parts of nothing', ['Bearer a.b.c'], 'token_malformed'],
    ['three parts without a header', ['Bearer bnVsbA.e30.AAAA'], 'token_malformed'],
    ['an expired JWT', [`Bearer ${minted.expired}`], 'token_expired'],
    ['a JWT of another issuer', [`Bearer ${minted.otherIssuer}`], 'issuer_mismatch'],
    ['a JWT for another API', [`Bearer ${minted.otherAudience}`], 'audience_mismatch'],
    ['alg none', [`Bearer ${forge({ alg: 'none' }, accessTokenClaims(), () => '')}`], 'algorithm_refused'],
    ['HS256 by the public key', [`Bearer ${hs256()}`], 'algorithm_refused'],
  ])('is unauthenticated, without a call: %s', async (_, authorization, reason) => {
    const it = world();
    expect(await it.decide('', { authorization })).toEqual({ outcome: 'unauthenticated', reason });
    expect(it.http.requests).toHaveLength(0);
  });

  it.each([
    ['a JWT by another key', `Bearer ${minted.otherKey}`, 'signature_invalid'],
    ['an unknown kid', `Bearer ${minted.unknownKid}`, 'key_unknown'],
    ['an unknown token', 'Bearer unknown', 'token_inactive'],
    ['a refresh token', 'Bearer refresh', 'token_type_refused'],
    ['a wrong password', basic(USER, 'wrong'), 'token_inactive'],
    ['a user who is blocked', basic(USER, 'blocked'), 'login_refused'],
    ["someone else's app specific password", basic('other@example.com', ASP), 'username_mismatch'],
    ['an opaque token as the secret', basic(USER, 'opaque'), 'token_type_refused'],
  ])('is unauthenticated, and that is remembered for a while: %s', async (_, authorization, reason) => {
    const it = world();
    it.tokens.set('refresh', activePassword({ token_type: 'refresh_token' }));
    it.passwords.set(`${USER}:blocked`, loginError(429, 'too_many_attempts'));
    expect(await it.decide(authorization)).toEqual({ outcome: 'unauthenticated', reason });
    const { length } = it.http.requests;
    expect(await it.decide(authorization)).toEqual({ outcome: 'unauthenticated', reason });
    expect(it.http.requests).toHaveLength(length);
  });
});

function hs256(): string {
  const pem = createPublicKey({ key: { ...issuerKey.publicJwk }, format: 'jwk' }).export({
    type: 'spki',
    format: 'pem',
  });
  return forge({ alg: 'HS256', kid: issuerKey.kid }, accessTokenClaims(), (input) =>
    createHmac('sha256', pem).update(input).digest(),
  );
}

describe('an outage', () => {
  const outages: readonly (readonly [string, Reply, string])[] = [
    ['a lost connection', failure('connection'), 'issuer_unavailable'],
    ['a timeout', failure('timeout'), 'issuer_timeout'],
    ['too large an answer', failure('too_large'), 'issuer_malformed'],
    ['500', json(500, {}), 'issuer_unavailable'],
    ['429', json(429, {}, { 'retry-after': '60' }), 'issuer_throttled'],
    ['a redirect', text(302, ''), 'issuer_malformed'],
  ];

  it.each(outages)('is never a refusal and never an allow: %s', async (_, reply, reason) => {
    for (const [, authorization] of GOOD_CREDENTIALS) {
      const it = world();
      it.outage = reply;
      expect(await it.decide(authorization)).toEqual(unavailable(reason));
    }
  });

  it.each([
    ['not JSON', text(200, '<html>')],
    ['"active" as text', activePassword({ active: 'true' })],
    ['404', json(404, {})],
    ['our own assertion refused', json(401, { error: 'invalid_client' })],
  ])('is what an answer that cannot be used is: %s', async (_, reply) => {
    const it = world();
    it.tokens.set(ASP, reply);
    expect(await it.decide(`Bearer ${ASP}`)).toMatchObject({ outcome: 'unavailable' });
  });

  it('does not concern JWTs whose keys are known', async () => {
    const it = world();
    await it.decide(`Bearer ${jwt}`);
    it.outage = failure('connection');
    expect(await it.decide(`Bearer ${await mint(issuerKey, { sub: 'other' })}`)).toMatchObject({ outcome: 'allow' });
  });

  it('is over with the first answer', async () => {
    const it = world();
    it.outage = json(500, {});
    await it.decide(`Bearer ${ASP}`);
    it.outage = undefined;
    expect(await it.decide(`Bearer ${ASP}`)).toMatchObject({ outcome: 'allow' });
  });

  it('leaves room within the deadline of 5 s, all calls of a decision together', async () => {
    const it = world({ introspectsJwts: true });
    const began = it.clock.nowMs;
    const { script } = it.http;
    it.http.script = (request) => {
      it.clock.nowMs += Math.min(2900, request.timeoutMs);
      return request.timeoutMs < 2900 ? failure('timeout') : script(request);
    };
    expect(await it.decide(basic(USER, 'correct horse'))).toEqual(unavailable('issuer_timeout'));
    expect(it.clock.nowMs - began).toBeLessThanOrEqual(5000);
  });

  it('is bridged by what was known, if configured, after 5xx but not after 429, cool-down or not', async () => {
    const it = world({ staleIfErrorSeconds: 60 });
    await it.decide(`Bearer ${ASP}`);
    it.clock.advanceSeconds(301);
    it.outage = json(500, {});
    expect(await it.decide(`Bearer ${ASP}`)).toMatchObject({ outcome: 'allow', cacheHit: true });
    it.outage = json(429, {}, { 'retry-after': '20' });
    expect(await it.decide(`Bearer ${ASP}`)).toEqual(unavailable('issuer_throttled'));
    it.clock.advanceSeconds(5);
    expect(await it.decide(`Bearer ${ASP}`)).toEqual(unavailable('issuer_throttled'));
    it.clock.advanceSeconds(15);
    it.outage = failure('timeout');
    expect(await it.decide(`Bearer ${ASP}`)).toMatchObject({ outcome: 'allow', cacheHit: true });
    it.clock.advanceSeconds(60);
    expect(await it.decide(`Bearer ${ASP}`)).toEqual(unavailable('issuer_timeout'));
  });
});

describe('a signing key that cannot be used', () => {
  it('is an outage with its own reason, so that log, metric and alarm know of it', async () => {
    const it = world();
    it.http.script = () => {
      throw new ConfigurationError('signing_key_invalid', 'The stored signing key is not a JSON object.');
    };
    expect(await it.decide('Bearer opaque')).toEqual({
      outcome: 'unavailable',
      reason: 'signing_key_invalid',
      message: 'The stored signing key is not a JSON object.',
    });
  });
});

describe('a defect of this software', () => {
  it('is thrown, so that nobody takes it for a decision', async () => {
    const it = world();
    it.http.script = () => {
      throw new TypeError('a defect');
    };
    await expect(it.decide('Bearer opaque')).rejects.toThrow(new TypeError('a defect'));
  });
});

describe('whatever comes', () => {
  it('there is a decision, and nothing is allowed that the server does not vouch for', async () => {
    const header = fc.oneof(
      fc.string({ maxLength: 200 }),
      fc.string({ maxLength: 60 }).map((token) => `Bearer ${token}`),
      fc.tuple(fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 })).map(([name, secret]) => basic(name, secret)),
    );
    const it = world();
    await fc.assert(
      fc.asyncProperty(fc.array(header, { maxLength: 2 }), async (authorization) => {
        expect(await it.decide('', { authorization })).toMatchObject({ outcome: 'unauthenticated' });
      }),
      { numRuns: 200 },
    );
  });

  it('no decision holds the credential', async () => {
    const canary = 'c4n4ryc4n4ryc4n4';
    const authorizations = [
      `Bearer ${canary}`,
      `Digest ${canary}`,
      `Bearer ${canary}.${canary}.${canary}`,
      `Bearer ${await mint(issuerKey, { aud: canary })}`,
      `Bearer ${await mint({ ...issuerKey, kid: canary })}`,
      basic(USER, canary),
      basic(canary, ASP),
      `Basic ${canary}!`,
    ];
    const answers = [INACTIVE, activePassword(), activePassword({ iss: canary }), text(200, canary), text(400, canary)];
    for (const outage of [
      ...answers,
      undefined,
      failure('connection'),
      failure('timeout'),
      json(429, canary),
      json(500, canary),
    ]) {
      for (const authorization of authorizations) {
        const it = world();
        it.outage = outage;
        const told = JSON.stringify(await it.decide(authorization));
        expect(told).not.toContain(canary);
        expect(told).not.toContain(authorization.slice(7, 40));
      }
    }
  });
});
