import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JwtAuthenticator, type JwtIssuer } from '../../../src/authorizer/jwt-authenticator.ts';
import { Jwks } from '../../../src/issuer/jwks.ts';
import { JwtVerifier, unverifiedIssuer } from '../../../src/issuer/jwt.ts';
import { FrozenClock } from '../../support/core/clock.ts';
import { credentialError } from '../../support/core/errors.ts';
import { expectations, ISSUER, type IssuerKey, makeIssuerKey, mint } from '../../support/core/issuer.ts';
import { CONTEXT, issuerEndpointOver } from '../../support/core/issuer-endpoints.ts';
import { json, ScriptedHttp } from '../../support/core/scripted-http.ts';

const OTHER_ISSUER = 'https://other.example/';
const ours = await makeIssuerKey('ours', 'ES256');
const theirs = await makeIssuerKey('theirs', 'ES256');

function issuer(name: string, key: IssuerKey, clock: FrozenClock): JwtIssuer & { readonly http: ScriptedHttp } {
  const http = new ScriptedHttp(() => json(200, { keys: [key.publicJwk] }));
  const jwks = new Jwks({ url: `${name}jwks`, endpoint: issuerEndpointOver(http, clock, 'jwks'), clock: clock.read });
  const expected = { ...expectations(clock), issuer: name };
  return { issuer: name, verifier: new JwtVerifier({ jwks, expected, permissionsAsScopes: false }), http };
}

function twoIssuers() {
  const clock = new FrozenClock();
  const first = issuer(ISSUER, ours, clock);
  const second = issuer(OTHER_ISSUER, theirs, clock);
  const authenticator = new JwtAuthenticator([first, second]);
  const judge = (token: string) => authenticator.authenticate({ kind: 'bearer', token }, CONTEXT);
  return { judge, fetches: () => [first.http.requests.length, second.http.requests.length] };
}

describe('a JWT with several issuers', () => {
  it('is verified with the keys of the issuer that it names', async () => {
    const { judge, fetches } = twoIssuers();
    expect(await judge(await mint(ours))).toMatchObject({ issuer: ISSUER });
    expect(fetches()).toEqual([1, 0]);
    expect(await judge(await mint(theirs, { iss: OTHER_ISSUER }))).toMatchObject({ issuer: OTHER_ISSUER });
    expect(fetches()).toEqual([1, 1]);
  });

  it('is refused if it comes from one issuer and names the other', async () => {
    const { judge } = twoIssuers();
    const unknown = credentialError('key_unknown', 'No key with the "kid" of the token.');
    await expect(judge(await mint(theirs))).rejects.toThrow(unknown);
    await expect(judge(await mint(ours, { iss: OTHER_ISSUER }))).rejects.toThrow(unknown);
    await expect(judge(await mint({ ...theirs, kid: 'ours' }))).rejects.toThrow(
      credentialError('signature_invalid', 'The signature does not match.'),
    );
  });

  it.each([undefined, 'https://nobody.example/', 'https://other.example', ''])(
    'is refused without a call if its issuer is unknown: iss %j',
    async (iss) => {
      const { judge, fetches } = twoIssuers();
      await expect(judge(await mint(theirs, { iss }))).rejects.toMatchObject({ name: 'CredentialError' });
      expect(fetches()).toEqual([0, 0]);
    },
  );

  it.each(['..', 'a.b.c', 'e30.bnVsbA.AAAA', 'a.W10.c'])(
    'is refused without a call if it is malformed: %s',
    async (token) => {
      const { judge, fetches } = twoIssuers();
      await expect(judge(token)).rejects.toMatchObject({ name: 'CredentialError' });
      expect(fetches()).toEqual([0, 0]);
    },
  );
});

describe('the issuer that a token claims', () => {
  it('is returned as it is written', async () => {
    expect(unverifiedIssuer(await mint(theirs, { iss: OTHER_ISSUER }))).toBe(OTHER_ISSUER);
  });

  it('is text or undefined, for any token', () => {
    const payload = fc.oneof(
      fc.json(),
      fc.record({ iss: fc.jsonValue() }).map((value) => JSON.stringify(value)),
    );
    const token = fc.oneof(
      fc.string(),
      payload.map((text) => `a.${Buffer.from(text).toString('base64url')}.c`),
    );
    fc.assert(
      fc.property(token, (value) => {
        expect(['string', 'undefined']).toContain(typeof unverifiedIssuer(value));
      }),
    );
  });
});
