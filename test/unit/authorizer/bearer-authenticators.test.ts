import { describe, expect, it } from 'vitest';
import { authenticate } from '../../../src/authorizer/authenticator.ts';
import { OpaqueTokenAuthenticator } from '../../../src/authorizer/opaque-token-authenticator.ts';
import type { Credential } from '../../../src/core/credential.ts';
import { credentialError, unauthenticated } from '../../support/core/errors.ts';
import { activePassword, INACTIVE } from '../../support/core/introspection-responses.ts';
import { makeIssuerKey, mint } from '../../support/core/issuer.ts';
import { CONTEXT } from '../../support/core/issuer-endpoints.ts';
import { json } from '../../support/core/scripted-http.ts';
import { World } from '../../support/core/world.ts';

const issuerKey = await makeIssuerKey('rsa-1');
const forged = await mint(await makeIssuerKey('rsa-1'));
const bearer = (token: string): Credential => ({ kind: 'bearer', token });

/** A world that caches no decision. */
function newWorld(configuration: { readonly introspectJwts?: boolean } = {}) {
  const uncached = { cacheTtlSeconds: 0, negativeTtlSeconds: 0 };
  const world = new World({ issuerKeys: [issuerKey], configuration: { ...uncached, ...configuration } });
  const decide = (token: string) => world.decide(`Bearer ${token}`);
  return { world, decide };
}

describe('a Bearer token of three parts', () => {
  it('is verified locally and not introspected', async () => {
    const { world, decide } = newWorld();
    expect(await decide(await mint(issuerKey))).toMatchObject({
      outcome: 'allow',
      principal: { subject: 'auth0|1234', tokenType: 'access_token' },
    });
    expect(world.counts).toEqual({ logins: 0, introspections: 0, keyFetches: 1 });
  });

  it('is never introspected after a failed check, even if the issuer would call it active', async () => {
    for (const introspectJwts of [false, true]) {
      const { world, decide } = newWorld({ introspectJwts });
      for (const token of [forged, 'a.b.c', '..', 'abc.def.ghi']) {
        world.tokens.set(token, activePassword({ token_type: 'Bearer' }));
        expect(await decide(token)).toMatchObject({ outcome: 'unauthenticated' });
      }
      expect(world.counts).toEqual({ logins: 0, introspections: 0, keyFetches: 1 });
    }
  });

  it('is introspected after the local check if `introspectJwts` is set', async () => {
    const { world, decide } = newWorld({ introspectJwts: true });
    const token = await mint(issuerKey, { scope: 'read:foo' });
    world.tokens.set(token, activePassword({ token_type: 'Bearer', scope: 'more than the token says' }));
    expect(await decide(token)).toMatchObject({ principal: { scopes: ['read:foo'] } });
    expect(world.counts).toEqual({ logins: 0, introspections: 1, keyFetches: 1 });
    world.tokens.set(token, INACTIVE);
    expect(await decide(token)).toEqual(unauthenticated('token_inactive'));
    const cnf = { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' };
    world.tokens.set(token, activePassword({ token_type: 'Bearer', cnf }));
    expect(await decide(token)).toEqual(unauthenticated('token_sender_constrained'));
    world.tokens.set(token, json(500, {}));
    expect(await decide(token)).toMatchObject({ outcome: 'unavailable', reason: 'issuer_unavailable' });
  });
});

describe('a Bearer token without three parts', () => {
  it.each(['opaque', 'abcdefghijklmnop', 'a.b', 'a.b.c.d.e', 'a'.repeat(8192)])(
    'is introspected: %s',
    async (token) => {
      const { world, decide } = newWorld();
      world.tokens.set(token, activePassword());
      expect(await decide(token)).toMatchObject({ principal: { tokenType: 'application_specific_password_token' } });
      expect(world.counts).toEqual({ logins: 0, introspections: 1, keyFetches: 0 });
    },
  );

  it('is refused without a call if it is longer than 8,192 characters', async () => {
    const { world, decide } = newWorld();
    expect(await decide('a'.repeat(8193))).toEqual(unauthenticated('credential_oversized'));
    expect(world.http.requests).toHaveLength(0);
    const authenticator = new OpaqueTokenAuthenticator({ introspect: () => Promise.reject(new Error('not called')) });
    await expect(authenticator.authenticate(bearer('a'.repeat(8193)), CONTEXT)).rejects.toThrow(
      credentialError('credential_oversized', 'The token is longer than 8192 characters.'),
    );
  });
});

describe('the chain of authenticators', () => {
  it('refuses a credential that no authenticator accepts', async () => {
    const opaqueTokens = new OpaqueTokenAuthenticator({ introspect: () => Promise.reject(new Error('not called')) });
    const credential: Credential = { kind: 'basic', username: 'u', secret: 'p' };
    await expect(authenticate([opaqueTokens], credential, CONTEXT)).rejects.toThrow(
      credentialError('scheme_unsupported', 'No authenticator accepts this kind of credential.'),
    );
    await expect(authenticate([], credential, CONTEXT)).rejects.toMatchObject({ code: 'scheme_unsupported' });
  });

  it('stops at the first authenticator that is responsible, even if that one fails', async () => {
    const called: string[] = [];
    const named = (name: string, act: () => Promise<undefined>) => ({
      authenticate: () => {
        called.push(name);
        return act();
      },
    });
    const chain = [
      named('not responsible', async () => undefined),
      named('responsible', () => Promise.reject(new RangeError('no'))),
      named('never called', async () => undefined),
    ];
    await expect(authenticate(chain, bearer('x'), CONTEXT)).rejects.toThrow(new RangeError('no'));
    expect(called).toEqual(['not responsible', 'responsible']);
  });
});
