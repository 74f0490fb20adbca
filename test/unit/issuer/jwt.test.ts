import { constants, createHmac, createPublicKey, KeyObject, sign, verify as verifySignature } from 'node:crypto';
import fc from 'fast-check';
import { exportSPKI } from 'jose';
import { describe, expect, it } from 'vitest';
import { CredentialError } from '../../../src/core/errors.ts';
import { Jwks } from '../../../src/issuer/jwks.ts';
import { isCompactJws, JwtVerifier } from '../../../src/issuer/jwt.ts';
import { FrozenClock, NOW_SECONDS } from '../../support/core/clock.ts';
import { caught, credentialError, everythingIn, issuerError } from '../../support/core/errors.ts';
import {
  AUDIENCE,
  accessTokenClaims,
  expectations,
  forge,
  ISSUER,
  JWKS_URL,
  makeIssuerKey,
  mint,
  mintPayload,
} from '../../support/core/issuer.ts';
import { CONTEXT, issuerEndpointOver } from '../../support/core/issuer-endpoints.ts';
import { json, ScriptedHttp } from '../../support/core/scripted-http.ts';

const rsa = await makeIssuerKey('rsa-1');
const strangerRsa = await makeIssuerKey('rsa-1');
const ec = await makeIssuerKey('ec-1', 'ES256');
const pss = await makeIssuerKey('pss-1', 'PS256');
const ed = await makeIssuerKey('ed-1', 'EdDSA');
const anyRsa = { ...rsa, kid: 'rsa-any', publicJwk: { ...rsa.publicJwk, kid: 'rsa-any', alg: undefined } };
const nodePrivateKey = KeyObject.from(rsa.privateKey);
const pssOptions = { key: KeyObject.from(pss.privateKey), padding: constants.RSA_PKCS1_PSS_PADDING };
const rsaPublicKey = createPublicKey({ key: { ...rsa.publicJwk }, format: 'jwk' });

const UNCHECKABLE = 'The token is bound in a way that cannot be checked.';
const CONTEXT_AFTER = { deadlineMs: Number.MAX_SAFE_INTEGER };

function verifier({ permissionsAsScopes = false, clockToleranceSeconds = 0 } = {}) {
  const clock = new FrozenClock();
  const http = new ScriptedHttp(() => json(200, { keys: [rsa, pss, ec, ed, anyRsa].map((key) => key.publicJwk) }));
  const jwks = new Jwks({ url: JWKS_URL, endpoint: issuerEndpointOver(http, clock, 'jwks'), clock: clock.read });
  const expected = expectations(clock, clockToleranceSeconds);
  return { clock, http, verify: new JwtVerifier({ jwks, expected, permissionsAsScopes }) };
}

const verify = (token: string) => verifier().verify.verify(token, CONTEXT);

function verifierOf(keys: readonly object[]) {
  const clock = new FrozenClock();
  const http = new ScriptedHttp(() => json(200, { keys }));
  const jwks = new Jwks({ url: JWKS_URL, endpoint: issuerEndpointOver(http, clock, 'jwks'), clock: clock.read });
  const verifier = new JwtVerifier({ jwks, expected: expectations(clock), permissionsAsScopes: false });
  return { verifyAt: (token: string) => verifier.verify(token, CONTEXT) };
}

async function refusal(token: string): Promise<{ error: unknown; fetches: number }> {
  const { http, verify } = verifier();
  const error = await caught(() => verify.verify(token, CONTEXT));
  return { error, fetches: http.requests.length };
}

describe('a good access token', () => {
  it('returns its principal', async () => {
    expect(await verify(await mint(rsa, { scope: 'read:foo create:foo read:foo', org_id: 'org_1' }))).toEqual({
      subject: 'auth0|1234',
      username: undefined,
      scopes: ['read:foo', 'create:foo'],
      tokenType: 'access_token',
      clientId: 'client-1',
      organizationId: 'org_1',
      issuer: ISSUER,
      expiresAt: NOW_SECONDS + 3600,
      issuedAt: NOW_SECONDS,
    });
  });

  it.each([rsa, ec, ed])('is accepted if it is signed by $algorithm', async (key) => {
    expect((await verify(await mint(key))).subject).toBe('auth0|1234');
  });

  it('is accepted with any RSA hash if its key does not name an algorithm', async () => {
    const token = forge({ alg: 'RS512', kid: anyRsa.kid }, accessTokenClaims(), (input) =>
      sign('sha512', Buffer.from(input), nodePrivateKey),
    );
    expect((await verify(token)).subject).toBe('auth0|1234');
  });

  it.each(['JWT', 'jwt', 'at+jwt', 'AT+JWT', 'application/at+jwt', 'application/jwt', undefined])(
    'is accepted with the type %s',
    async (typ) => {
      expect((await verify(await mint(rsa, {}, { typ }))).subject).toBe('auth0|1234');
    },
  );

  it('has its permissions counted as scopes only if that is configured', async () => {
    const token = await mint(rsa, { permissions: ['delete:foo', 'read:foo'] });
    expect((await verify(token)).scopes).toEqual(['read:foo']);
    const { verify: generous } = verifier({ permissionsAsScopes: true });
    expect((await generous.verify(token, CONTEXT)).scopes).toEqual(['read:foo', 'delete:foo']);
  });

  it('is verified by the given clock, not by the time of day', async () => {
    const { clock, verify } = verifier({ clockToleranceSeconds: 5 });
    const token = await mint(rsa);
    clock.advanceSeconds(3604);
    expect((await verify.verify(token, CONTEXT_AFTER)).expiresAt).toBe(NOW_SECONDS + 3600);
    clock.advanceSeconds(1);
    await expect(verify.verify(token, CONTEXT_AFTER)).rejects.toThrow(
      credentialError('token_expired', 'The token has expired.'),
    );
  });
});

describe('a token that is signed by PSS', () => {
  it.each(['PS256', 'PS384', 'PS512'])('is accepted if its key says %s', async (alg) => {
    const key = await makeIssuerKey('pss-key', alg);
    const { verifyAt } = verifierOf([key.publicJwk]);
    expect(await verifyAt(await mint(key))).toMatchObject({ subject: 'auth0|1234' });
  });

  it('is refused if its signature is of another key, was changed, or has a salt of another length', async () => {
    const signatureInvalid = credentialError('signature_invalid', 'The signature does not match.');
    const other = await makeIssuerKey(pss.kid, 'PS256');
    const token = await mint(pss);
    const changed = `${token.slice(0, -8)}AAAAAAAA`;
    const saltLess = forge({ alg: 'PS256', kid: pss.kid, typ: 'JWT' }, accessTokenClaims(), (input) =>
      sign('sha256', Buffer.from(input), { ...pssOptions, saltLength: 20 }),
    );
    const pkcs1 = forge({ alg: 'PS256', kid: pss.kid, typ: 'JWT' }, accessTokenClaims(), (input) =>
      sign('sha256', Buffer.from(input), pssOptions.key),
    );
    for (const bad of [await mint(other), changed, saltLess, pkcs1]) {
      await expect(verify(bad)).rejects.toThrow(signatureInvalid);
    }
    const sound = forge({ alg: 'PS256', kid: pss.kid, typ: 'JWT' }, accessTokenClaims(), (input) =>
      sign('sha256', Buffer.from(input), { ...pssOptions, saltLength: 32 }),
    );
    expect(await verify(sound)).toMatchObject({ subject: 'auth0|1234' });
  });
});

describe('the algorithm of a JWT', () => {
  const refused = credentialError(
    'algorithm_refused',
    'Expected RS, PS or ES with 256, 384 or 512, such as RS256, or EdDSA.',
  );
  const symmetric = credentialError(
    'algorithm_symmetric',
    'The token is signed with a shared secret. Set the signing algorithm of the API to RS256 or PS256.',
  );

  it.each(['none', 'None', 'NONE', 'nOnE', '', undefined, null, 7, ['RS256'], { alg: 'RS256' }])(
    'is refused without a call if it is %j, with or without a signature',
    async (alg) => {
      for (const signature of ['', 'AAAA']) {
        const token = forge({ alg, kid: rsa.kid, typ: 'JWT' }, accessTokenClaims(), () => signature);
        expect(await refusal(token)).toEqual({ error: refused, fetches: 0 });
      }
    },
  );

  it.each([
    ['the PEM', () => exportSPKI(rsaPublicKey)],
    ['the trimmed PEM', async () => (await exportSPKI(rsaPublicKey)).trim()],
    ['the modulus', async () => Buffer.from(rsa.publicJwk.n ?? '', 'base64url')],
    ['the text of the modulus', async () => rsa.publicJwk.n ?? ''],
    ['the JWK', async () => JSON.stringify(rsa.publicJwk)],
    ['the DER', async () => rsaPublicKey.export({ type: 'spki', format: 'der' })],
  ])('is refused without a call if it is HS256 with %s of the public key as its key', async (_, secretOf) => {
    const secret = await secretOf();
    const token = forge({ alg: 'HS256', kid: rsa.kid, typ: 'JWT' }, accessTokenClaims(), (input) =>
      createHmac('sha256', secret).update(input).digest(),
    );
    expect(await refusal(token)).toEqual({ error: symmetric, fetches: 0 });
  });

  it.each(['HS256', 'HS384', 'HS512'])('is refused with what to change if it is %s', async (alg) => {
    const token = forge({ alg, kid: rsa.kid }, accessTokenClaims(), () => 'AAAA');
    expect(await refusal(token)).toEqual({ error: symmetric, fetches: 0 });
  });

  it.each(['PS1', 'ps256', 'HS1', 'Ed448', 'RS1', 'ES256K', 'RSA-OAEP', 'rs256', 'RS256 ', 'xRS256'])(
    'is refused if it is %s',
    async (alg) => {
      const token = forge({ alg, kid: rsa.kid }, accessTokenClaims(), () => 'AAAA');
      expect(await refusal(token)).toEqual({ error: refused, fetches: 0 });
    },
  );

  it('is refused if it is not the algorithm of the key', async () => {
    const otherAlgorithm = credentialError(
      'algorithm_refused',
      'The key is not for the algorithm that the header names.',
    );
    const withHeader = (alg: string, kid: string) => forge({ alg, kid, typ: 'JWT' }, accessTokenClaims(), () => 'AAAA');
    for (const [alg, kid] of [
      ['ES256', rsa.kid],
      ['RS512', rsa.kid],
      ['PS256', rsa.kid],
      ['PS256', anyRsa.kid],
      ['RS256', pss.kid],
      ['PS384', pss.kid],
      ['RS256', ec.kid],
      ['ES384', ec.kid],
      ['EdDSA', anyRsa.kid],
    ] as const) {
      await expect(verify(withHeader(alg, kid)), `${alg} with ${kid}`).rejects.toThrow(otherAlgorithm);
    }
  });
});

describe('the header of a JWT', () => {
  it.each(['id+jwt', 'logout+jwt', 'dpop+jwt', 'secevent+jwt', 'JWS', '', 7, null, ['JWT']])(
    'is refused without a call if its type is %j',
    async (typ) => {
      const token = forge({ alg: 'RS256', kid: rsa.kid, typ }, accessTokenClaims(), () => 'AAAA');
      const error = credentialError('token_type_refused', 'The "typ" of the header is not that of an access token.');
      expect(await refusal(token)).toEqual({ error, fetches: 0 });
    },
  );

  it('is refused if it has critical extensions, even if the signature is good', async () => {
    const error = credentialError('token_malformed', 'The header has critical extensions.');
    const honest = await mint(rsa, {}, { crit: ['urn:example'], 'urn:example': true });
    expect(await refusal(honest)).toEqual({ error, fetches: 0 });
    for (const crit of [[], null, 'exp']) {
      expect(await refusal(signed({ alg: 'RS256', kid: rsa.kid, crit }, accessTokenClaims()))).toEqual({
        error,
        fetches: 0,
      });
    }
  });

  it.each([undefined, null, 7, ['rsa-1'], {}])('is refused without a call if its kid is %j', async (kid) => {
    const { error, fetches } = await refusal(signed({ alg: 'RS256', kid }, accessTokenClaims()));
    expect(error).toBeInstanceOf(CredentialError);
    expect(fetches).toBe(0);
  });

  it("is refused if it names none of the issuer's keys", async () => {
    const { error, fetches } = await refusal(await mint({ ...rsa, kid: 'nobody' }));
    expect(error).toEqual(credentialError('key_unknown', 'No key with the "kid" of the token.'));
    expect(fetches).toBe(1);
  });

  it.each(['__proto__', 'constructor', 'toString', ''])('is refused if its kid is %j', async (kid) => {
    const { error } = await refusal(signed({ alg: 'RS256', kid }, accessTokenClaims()));
    expect(error).toEqual(credentialError('key_unknown', 'No key with the "kid" of the token.'));
  });

  it('is not verified with a key that it brings itself', async () => {
    const url = 'https://evil.example/jwks.json';
    const { http, verify } = verifier();
    const token = await mint(strangerRsa, {}, { jwk: strangerRsa.publicJwk, jku: url, x5u: url });
    await expect(verify.verify(token, CONTEXT)).rejects.toThrow(
      credentialError('signature_invalid', 'The signature does not match.'),
    );
    expect(http.requests.map((request) => request.url)).toEqual([JWKS_URL]);
  });
});

function signed(header: unknown, claims: unknown): string {
  return forge(header, claims, (input) => sign('sha256', Buffer.from(input), nodePrivateKey));
}

describe('the signature of a JWT', () => {
  const invalid = credentialError('signature_invalid', 'The signature does not match.');

  it('is refused if it is by another key with the same kid', async () => {
    await expect(verify(await mint(strangerRsa))).rejects.toThrow(invalid);
  });

  it('covers the payload', async () => {
    const [header, , signature] = (await mint(rsa)).split('.');
    const payload = Buffer.from(JSON.stringify(accessTokenClaims({ scope: 'admin' }))).toString('base64url');
    await expect(verify(`${header}.${payload}.${signature}`)).rejects.toThrow(invalid);
  });

  it('covers the header', async () => {
    const [, payload, signature] = (await mint(rsa)).split('.');
    const header = Buffer.from(JSON.stringify({ alg: 'RS256', kid: rsa.kid })).toString('base64url');
    await expect(verify(`${header}.${payload}.${signature}`)).rejects.toThrow(invalid);
  });

  it('is refused for an elliptic curve if it is all zeros', async () => {
    const token = forge({ alg: 'ES256', kid: ec.kid }, accessTokenClaims(), () => Buffer.alloc(64));
    await expect(verify(token)).rejects.toThrow(invalid);
  });

  it('is refused after a change of any one character', async () => {
    const token = await mint(rsa);
    const signatureAt = token.lastIndexOf('.') + 1;
    await fc.assert(
      fc.asyncProperty(
        // The last character contains unused bits.
        fc.integer({ min: 0, max: token.length - 2 }),
        fc.constantFrom(...'ABab01-_'),
        async (index, character) => {
          fc.pre(token[index] !== character && index !== signatureAt - 1);
          const changed = token.slice(0, index) + character + token.slice(index + 1);
          expect(await caught(() => verify(changed))).toBeInstanceOf(CredentialError);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('the claims of a JWT', () => {
  it.each([
    ['another issuer', { iss: 'https://evil.example/' }, 'issuer_mismatch', 'The issuer is not the configured one.'],
    [
      'another audience',
      { aud: 'https://other.api' },
      'audience_mismatch',
      'The audience does not include the configured one.',
    ],
    ['an exp that has passed', { exp: NOW_SECONDS }, 'token_expired', 'The token has expired.'],
    ['an nbf in the future', { nbf: NOW_SECONDS + 1 }, 'token_not_yet_valid', 'The token is not valid yet.'],
    ['an unusable binding', { cnf: { jkt: 'x' } }, 'token_sender_constrained', UNCHECKABLE],
    ['no exp', { exp: undefined }, 'claims_malformed', 'The claim "exp" is missing.'],
    ['no sub', { sub: undefined }, 'claims_malformed', 'The claim "sub" is not a non-empty string.'],
    [
      'an iss that is not a string',
      { iss: 7 },
      'claims_malformed',
      'The claim "iss" is not a string of at most 512 characters without control characters.',
    ],
  ] as const)('are refused without a call if they have %s', async (_, claims, code, message) => {
    expect(await refusal(await mint(rsa, claims))).toEqual({ error: credentialError(code, message), fetches: 0 });
  });

  it('are accepted with our audience among others', async () => {
    expect((await verify(await mint(rsa, { aud: [`${ISSUER}userinfo`, AUDIENCE] }))).subject).toBe('auth0|1234');
  });

  it.each(['null', '[]', '"text"', '7', '{', ''])('are refused if they are not a JSON object: %s', async (payload) => {
    const { error, fetches } = await refusal(await mintPayload(rsa, payload));
    expect(error).toEqual(
      credentialError('token_malformed', 'The token is not a JWS in compact form with a JSON payload.'),
    );
    expect(fetches).toBe(0);
  });

  it('are refused with a wrong type even if nothing else depends on it', async () => {
    const error = credentialError('claims_malformed', 'The claim "iat" is not a number.');
    await expect(verify(await mint(rsa, { iat: 'now' }))).rejects.toThrow(error);
  });
});

describe('a token of three parts', () => {
  it.each([
    ['a', false],
    ['a.b', false],
    ['a.b.c', true],
    ['..', true],
    ['a.b.c.d', false],
    ['a.b.c.d.e', false],
    ['', false],
  ])('is treated as a JWS, and no other token is: %j, %s', (token, isOne) => {
    expect(isCompactJws(token)).toBe(isOne);
  });

  it.each(['..', 'a.b.c', 'abc.def.ghi', 'e30.e30.e30', 'bnVsbA.e30.AAAA', 'W10.e30.AAAA', '"x".e30.AAAA'])(
    'is refused without a call if it is not a JWS: %s',
    async (token) => {
      const { error, fetches } = await refusal(token);
      expect(error).toBeInstanceOf(CredentialError);
      expect(fetches).toBe(0);
    },
  );

  it('is refused if it has characters outside base64url', async () => {
    const error = credentialError('token_malformed', 'The token is not a JWS in compact form with a JSON payload.');
    const [header, payload, signature] = (await mint(rsa)).split('.');
    for (const bad of [
      `${header}.${payload}.${signature}=`,
      `${header}.${payload}=.${signature}`,
      `${header}.${payload}.`,
      `${header}..${signature}`,
      `${header}.${payload}.+/${signature}`,
      `${header}.${payload}\n.${signature}`,
    ]) {
      expect(await refusal(bad)).toEqual({ error, fetches: 0 });
    }
  });

  it('causes nothing but a refusal, for any parts', async () => {
    const part = fc.oneof(
      fc.string(),
      fc.json().map((value) => Buffer.from(value).toString('base64url')),
      fc
        .record({ alg: fc.constantFrom('RS256', 'ES256', 'EdDSA'), kid: fc.constantFrom('rsa-1', 'ec-1', 'ed-1') })
        .map((value) => Buffer.from(JSON.stringify(value)).toString('base64url')),
      fc.constant(Buffer.from(JSON.stringify(accessTokenClaims())).toString('base64url')),
    );
    const { verify } = verifier();
    await fc.assert(
      fc.asyncProperty(fc.tuple(part, part, part), async (parts) => {
        expect(await caught(() => verify.verify(parts.join('.'), CONTEXT))).toBeInstanceOf(CredentialError);
      }),
      { numRuns: 300 },
    );
  });

  it('never appears in the error', async () => {
    const token = await mint(strangerRsa, { sub: 'c4n4ry', username: 'c4n4ry' });
    const error = await caught(() => verify(token));
    expect(everythingIn(error)).not.toContain('c4n4ry');
    for (const part of token.split('.')) expect(everythingIn(error)).not.toContain(part.slice(0, 24));
  });
});

describe('keys that cannot be fetched', () => {
  it('are blamed on the server, not on the token', async () => {
    const { http, verify } = verifier();
    http.script = () => json(500, {});
    await expect(verify.verify(await mint(rsa), CONTEXT)).rejects.toThrow(
      issuerError('issuer_unavailable', 'The server responded with 500.'),
    );
  });
});

describe('the forged tokens of this file', () => {
  it('are well signed, as an independent library confirms', () => {
    const [header, payload, signature] = signed({ alg: 'RS256', kid: rsa.kid }, accessTokenClaims()).split('.');
    const bytes = Buffer.from(signature ?? '', 'base64url');
    expect(verifySignature('sha256', Buffer.from(`${header}.${payload}`), rsaPublicKey, bytes)).toBe(true);
  });
});
