import { createHmac, createPublicKey, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { CompactEncrypt } from 'jose';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/core/errors.ts';
import { NOW_SECONDS } from '../../support/core/clock.ts';
import { basic, type ConfigurationChanges } from '../../support/core/composed.ts';
import { unauthenticated } from '../../support/core/errors.ts';
import { activePassword, INACTIVE } from '../../support/core/introspection-responses.ts';
import { accessTokenClaims, forge, makeIssuerKey, mint } from '../../support/core/issuer.ts';
import { failure, json, type Reply, text } from '../../support/core/scripted-http.ts';
import { loggedIn, loginError, TOKEN_URL } from '../../support/core/token-endpoint.ts';
import { World } from '../../support/core/world.ts';

const USER = 'user@example.com';
const ASP = 'abcdefghijklmnop';
const issuerKey = await makeIssuerKey('rsa-1');
const jwt = await mint(issuerKey);
const minted = {
  expired: await mint(issuerKey, { exp: NOW_SECONDS - 5 }),
  otherIssuer: await mint(issuerKey, { iss: 'https://evil.example/' }),
  otherAudience: await mint(issuerKey, { aud: 'https://other.api' }),
  otherKey: await mint(await makeIssuerKey('rsa-1')),
  unknownKid: await mint({ ...issuerKey, kid: 'other' }),
};

function newWorld(configuration: ConfigurationChanges = {}): World {
  const world = new World({ issuerKeys: [issuerKey], configuration });
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

const ENCRYPTED = await new CompactEncrypt(Buffer.from(jwt))
  .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', cty: 'JWT' })
  .encrypt(randomBytes(32));

describe('a valid credential', () => {
  it.each(GOOD_CREDENTIALS)('is allowed on every route whose scopes it has: %s', async (_, authorization) => {
    const world = newWorld();
    expect(await world.decide(authorization)).toMatchObject({
      outcome: 'allow',
      principal: { subject: 'auth0|1234' },
      cacheHit: false,
    });
    expect(await world.decide(authorization, onWhoami)).toMatchObject({ outcome: 'allow', cacheHit: true });
  });

  it.each([`Bearer ${jwt}`, `Bearer ${ASP}`, basic(USER, ASP)])(
    'is denied on a route whose scopes it lacks, before and after an allow (%#)',
    async (authorization) => {
      const world = newWorld();
      const denial = {
        outcome: 'deny',
        reason: 'scope_missing',
        requiredScopes: ['create:foo'],
        principal: { subject: 'auth0|1234' },
      };
      expect(await world.decide(authorization, onPost)).toMatchObject({ ...denial, cacheHit: false });
      expect(await world.decide(authorization)).toMatchObject({ outcome: 'allow', cacheHit: true });
      expect(await world.decide(authorization, onPost)).toMatchObject({ ...denial, cacheHit: true });
    },
  );

  it('is denied on a route that is not configured', async () => {
    expect(await newWorld().decide(`Bearer ${jwt}`, { resourcePath: '/bar', path: '/foo' })).toMatchObject({
      outcome: 'deny',
      reason: 'route_unknown',
      requiredScopes: [],
      principal: { subject: 'auth0|1234' },
    });
  });

  it('is introspected once for 200 concurrent requests', async () => {
    const world = newWorld();
    const all = await Promise.all(Array.from({ length: 200 }, () => world.decide(basic(USER, ASP))));
    expect(new Set(all.map(({ outcome }) => outcome))).toEqual(new Set(['allow']));
    expect(world.counts).toEqual({ logins: 0, introspections: 1, keyFetches: 0 });
  });

  it('is introspected for every request if one of its scopes must not be cached', async () => {
    const world = newWorld({ uncachedScopes: ['read:foo'] });
    for (let i = 0; i < 3; i += 1) expect(await world.decide(`Bearer ${ASP}`)).toMatchObject({ cacheHit: false });
    expect(world.counts.introspections).toBe(3);
  });

  it('is refused without a failed login once it is revoked and its cache entry has expired', async () => {
    const world = newWorld();
    await world.decide(basic(USER, ASP));
    world.tokens.set(ASP, INACTIVE);
    expect(await world.decide(basic(USER, ASP))).toMatchObject({ outcome: 'allow' });
    world.clock.advanceSeconds(300);
    for (let i = 0; i < 30; i += 1) {
      expect(await world.decide(basic(USER, ASP))).toEqual(unauthenticated('token_inactive'));
    }
    expect(world.counts).toEqual({ logins: 0, introspections: 2, keyFetches: 0 });
  });

  it("is sent to the login with the caller's IP, if the IP is known", async () => {
    for (const [callerIp, sent] of [
      ['203.0.113.7', '203.0.113.7'],
      ['', undefined],
      [undefined, undefined],
    ]) {
      const world = newWorld();
      await world.decide(basic(USER, 'correct horse'), { callerIp });
      expect(world.http.to(TOKEN_URL)[0]?.headers['auth0-forwarded-for']).toBe(sent);
    }
  });
});

describe('an invalid credential', () => {
  it.each([
    ['no header', [], 'credential_missing'],
    ['two headers', [`Bearer ${jwt}`, `Bearer ${jwt}`], 'credential_repeated'],
    ['another scheme', ['Digest x'], 'scheme_unsupported'],
    ['9 KB of junk', [`Bearer ${'x'.repeat(9000)}`], 'credential_oversized'],
    ['a malformed token', ['Bearer {}'], 'credential_malformed'],
    ['malformed Basic', ['Basic !'], 'credential_malformed'],
    ['three meaningless parts', ['Bearer a.b.c'], 'token_malformed'],
    ['three parts without a header', ['Bearer bnVsbA.e30.AAAA'], 'token_malformed'],
    ['an expired JWT', [`Bearer ${minted.expired}`], 'token_expired'],
    ['a JWT of another issuer', [`Bearer ${minted.otherIssuer}`], 'issuer_mismatch'],
    ['a JWT for another API', [`Bearer ${minted.otherAudience}`], 'audience_mismatch'],
    ['alg none', [`Bearer ${forge({ alg: 'none' }, accessTokenClaims(), () => '')}`], 'algorithm_refused'],
    ['HS256 with the public key', [`Bearer ${hs256()}`], 'algorithm_symmetric'],
    ['an encrypted token', [`Bearer ${ENCRYPTED}`], 'token_encrypted'],
    ['the scheme DPoP', ['DPoP abc'], 'scheme_unsupported'],
  ])('is unauthenticated without a call to the issuer: %s', async (_, authorization, reason) => {
    const world = newWorld();
    expect(await world.decide('', { authorization })).toEqual(unauthenticated(reason));
    expect(world.http.requests).toHaveLength(0);
  });

  it.each([
    ['a JWT signed by another key', `Bearer ${minted.otherKey}`, 'signature_invalid'],
    ['an unknown kid', `Bearer ${minted.unknownKid}`, 'key_unknown'],
    ['an unknown token', 'Bearer unknown', 'token_inactive'],
    ['a refresh token', 'Bearer refresh', 'token_type_refused'],
    ['a wrong password', basic(USER, 'wrong'), 'token_inactive'],
    ['a user who is blocked', basic(USER, 'blocked'), 'login_refused'],
    ["someone else's app specific password", basic('other@example.com', ASP), 'username_mismatch'],
    ['an opaque token as the secret', basic(USER, 'opaque'), 'token_type_refused'],
  ])('is unauthenticated, and the refusal is cached: %s', async (_, authorization, reason) => {
    const world = newWorld();
    world.tokens.set('refresh', activePassword({ token_type: 'refresh_token' }));
    world.passwords.set(`${USER}:blocked`, loginError(429, 'too_many_attempts'));
    expect(await world.decide(authorization)).toEqual(unauthenticated(reason));
    const { length } = world.http.requests;
    expect(await world.decide(authorization)).toEqual(unauthenticated(reason));
    expect(world.http.requests).toHaveLength(length);
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

describe('an outage of the issuer', () => {
  const outages: readonly (readonly [string, Reply, string])[] = [
    ['a lost connection', failure('connection'), 'issuer_unavailable'],
    ['a timeout', failure('timeout'), 'issuer_timeout'],
    ['too large a response', failure('too_large'), 'issuer_malformed'],
    ['500', json(500, {}), 'issuer_unavailable'],
    ['429', json(429, {}, { 'retry-after': '60' }), 'issuer_throttled'],
    ['a redirect', text(302, ''), 'issuer_malformed'],
  ];

  it.each(outages)(
    'makes the decision unavailable, never unauthenticated and never an allow: %s',
    async (_, reply, reason) => {
      for (const [, authorization] of GOOD_CREDENTIALS) {
        const world = newWorld();
        world.outage = reply;
        expect(await world.decide(authorization)).toEqual(unavailable(reason));
      }
    },
  );

  it.each([
    ['not JSON', text(200, '<html>')],
    ['"active" as text', activePassword({ active: 'true' })],
    ['404', json(404, {})],
    ['our own assertion refused', json(401, { error: 'invalid_client' })],
  ])('is assumed if a response cannot be used: %s', async (_, reply) => {
    const world = newWorld();
    world.tokens.set(ASP, reply);
    expect(await world.decide(`Bearer ${ASP}`)).toMatchObject({ outcome: 'unavailable' });
  });

  it('does not affect JWTs whose keys are known', async () => {
    const world = newWorld();
    await world.decide(`Bearer ${jwt}`);
    world.outage = failure('connection');
    expect(await world.decide(`Bearer ${await mint(issuerKey, { sub: 'other' })}`)).toMatchObject({ outcome: 'allow' });
  });

  it('is over with the first good response', async () => {
    const world = newWorld();
    world.outage = json(500, {});
    await world.decide(`Bearer ${ASP}`);
    world.outage = undefined;
    expect(await world.decide(`Bearer ${ASP}`)).toMatchObject({ outcome: 'allow' });
  });

  it('never extends the calls of one decision beyond 5 s together', async () => {
    const world = newWorld({ introspectJwts: true });
    const began = world.clock.nowMs;
    const { script } = world.http;
    world.http.script = (request) => {
      world.clock.nowMs += Math.min(2900, request.timeoutMs);
      return request.timeoutMs < 2900 ? failure('timeout') : script(request);
    };
    expect(await world.decide(basic(USER, 'correct horse'))).toEqual(unavailable('issuer_timeout'));
    expect(world.clock.nowMs - began).toBeLessThanOrEqual(5000);
  });

  it('is bridged by expired cache entries if configured, but a 429 is not, whether the circuit is open or not', async () => {
    const world = newWorld({ staleIfErrorSeconds: 60 });
    await world.decide(`Bearer ${ASP}`);
    world.clock.advanceSeconds(301);
    world.outage = json(500, {});
    expect(await world.decide(`Bearer ${ASP}`)).toMatchObject({ outcome: 'allow', cacheHit: true });
    world.outage = json(429, {}, { 'retry-after': '20' });
    expect(await world.decide(`Bearer ${ASP}`)).toEqual(unavailable('issuer_throttled'));
    world.clock.advanceSeconds(5);
    expect(await world.decide(`Bearer ${ASP}`)).toEqual(unavailable('issuer_throttled'));
    world.clock.advanceSeconds(15);
    world.outage = failure('timeout');
    expect(await world.decide(`Bearer ${ASP}`)).toMatchObject({ outcome: 'allow', cacheHit: true });
    world.clock.advanceSeconds(60);
    expect(await world.decide(`Bearer ${ASP}`)).toEqual(unavailable('issuer_timeout'));
  });
});

describe('a signing key that cannot be used', () => {
  it('makes the decision unavailable with its own reason, so that log, metric and alarm show it', async () => {
    const world = newWorld();
    world.http.script = () => {
      throw new ConfigurationError('signing_key_invalid', 'The stored signing key is not a JSON object.');
    };
    expect(await world.decide('Bearer opaque')).toEqual({
      outcome: 'unavailable',
      reason: 'signing_key_invalid',
      message: 'The stored signing key is not a JSON object.',
    });
  });
});

describe('the clock tolerance', () => {
  it('allows a token for 5 s after it has expired, and for 5 s before it is valid', async () => {
    const world = newWorld();
    expect(await world.decide(`Bearer ${await mint(issuerKey, { exp: NOW_SECONDS - 4 })}`)).toMatchObject({
      outcome: 'allow',
    });
    expect(await world.decide(`Bearer ${await mint(issuerKey, { nbf: NOW_SECONDS + 5 })}`)).toMatchObject({
      outcome: 'allow',
    });
    expect(await world.decide(`Bearer ${await mint(issuerKey, { nbf: NOW_SECONDS + 6 })}`)).toMatchObject({
      reason: 'token_not_yet_valid',
    });
  });
});

describe('a bug in the authorizer', () => {
  it('is thrown, so that it is never taken for a decision', async () => {
    const world = newWorld();
    world.http.script = () => {
      throw new TypeError('a defect');
    };
    await expect(world.decide('Bearer opaque')).rejects.toThrow(new TypeError('a defect'));
  });
});

describe('any input', () => {
  it('leads to a decision and is never allowed unless the issuer vouches for it', async () => {
    const header = fc.oneof(
      fc.string({ maxLength: 200 }),
      fc.string({ maxLength: 60 }).map((token) => `Bearer ${token}`),
      fc.tuple(fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 })).map(([name, secret]) => basic(name, secret)),
    );
    const world = newWorld();
    await fc.assert(
      fc.asyncProperty(fc.array(header, { maxLength: 2 }), async (authorization) => {
        expect(await world.decide('', { authorization })).toMatchObject({ outcome: 'unauthenticated' });
      }),
      { numRuns: 200 },
    );
  });

  it('never appears in the decision', async () => {
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
    const responses = [
      INACTIVE,
      activePassword(),
      activePassword({ iss: canary }),
      text(200, canary),
      text(400, canary),
    ];
    for (const outage of [
      ...responses,
      undefined,
      failure('connection'),
      failure('timeout'),
      json(429, canary),
      json(500, canary),
    ]) {
      for (const authorization of authorizations) {
        const world = newWorld();
        world.outage = outage;
        const decisionText = JSON.stringify(await world.decide(authorization));
        expect(decisionText).not.toContain(canary);
        expect(decisionText).not.toContain(authorization.slice(7, 40));
      }
    }
  });
});
