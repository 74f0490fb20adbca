import { describe, expect, it } from 'vitest';
import { authenticate } from '../../../src/authorizer/authenticator.ts';
import type { Credential } from '../../../src/core/credential.ts';
import { credentialError } from '../../support/core/errors.ts';
import { activePassword, INACTIVE } from '../../support/core/introspection-answers.ts';
import { makeIssuerKey, mint } from '../../support/core/issuer.ts';
import { CONTEXT } from '../../support/core/issuer-endpoints.ts';
import { json } from '../../support/core/scripted-http.ts';
import { World, type WorldSettings } from '../../support/core/world.ts';

const issuerKey = await makeIssuerKey('rsa-1');
const forged = await mint(await makeIssuerKey('rsa-1'));
const bearer = (token: string): Credential => ({ kind: 'bearer', token });

function world(settings: WorldSettings = {}) {
  const world = new World({ issuerKeys: [issuerKey], ...settings });
  const judge = (token: string) => authenticate(world.bearerAuthenticators, bearer(token), CONTEXT);
  return { world, judge };
}

describe('a Bearer token of three parts', () => {
  it('is verified here, and not introspected', async () => {
    const { world: it, judge } = world();
    expect(await judge(await mint(issuerKey))).toMatchObject({ subject: 'auth0|1234', tokenType: 'access_token' });
    expect(it.counts).toEqual({ logins: 0, introspections: 0, keyFetches: 1 });
  });

  it('is never introspected after a failed check, even if the server would take it', async () => {
    for (const introspectsJwts of [false, true]) {
      const { world: it, judge } = world({ introspectsJwts });
      for (const token of [forged, 'a.b.c', '..', 'abc.def.ghi']) {
        it.tokens.set(token, activePassword({ token_type: 'Bearer' }));
        await expect(judge(token)).rejects.toMatchObject({ name: 'CredentialError' });
      }
      expect(it.counts).toEqual({ logins: 0, introspections: 0, keyFetches: 1 });
    }
  });

  it('is introspected as well, after the local check, where that is configured', async () => {
    const { world: it, judge } = world({ introspectsJwts: true });
    const token = await mint(issuerKey, { scope: 'read:foo' });
    it.tokens.set(token, activePassword({ token_type: 'Bearer', scope: 'more than the token says' }));
    expect(await judge(token)).toMatchObject({ scopes: ['read:foo'] });
    expect(it.counts).toEqual({ logins: 0, introspections: 1, keyFetches: 1 });
    it.tokens.set(token, INACTIVE);
    await expect(judge(token)).rejects.toThrow(
      credentialError('token_inactive', 'The server does not know the token as active.'),
    );
    it.tokens.set(token, json(500, {}));
    await expect(judge(token)).rejects.toMatchObject({ code: 'issuer_unavailable' });
  });
});

describe('any other Bearer token', () => {
  it.each(['opaque', 'abcdefghijklmnop', 'a.b', 'a.b.c.d.e', 'a'.repeat(2048)])(
    'is introspected: %s',
    async (token) => {
      const { world: it, judge } = world();
      it.tokens.set(token, activePassword());
      expect(await judge(token)).toMatchObject({ tokenType: 'application_specific_password_token' });
      expect(it.counts).toEqual({ logins: 0, introspections: 1, keyFetches: 0 });
    },
  );

  it('is refused without a call beyond 2,048 characters', async () => {
    const { world: it, judge } = world();
    await expect(judge('a'.repeat(2049))).rejects.toThrow(
      credentialError('credential_oversized', 'The token is longer than 2048 characters.'),
    );
    expect(it.http.requests).toHaveLength(0);
  });
});

describe('the chain', () => {
  it("has no answer for a credential that is nobody's", async () => {
    const { world: it } = world();
    const credential: Credential = { kind: 'basic', username: 'u', secret: 'p' };
    await expect(authenticate(it.bearerAuthenticators, credential, CONTEXT)).rejects.toThrow(
      credentialError('scheme_unsupported', 'No authenticator takes this kind of credential.'),
    );
    await expect(authenticate([], credential, CONTEXT)).rejects.toMatchObject({ code: 'scheme_unsupported' });
    expect(it.http.requests).toHaveLength(0);
  });

  it('stops at the first that is responsible, whatever it says', async () => {
    const { world: it } = world();
    const asked: string[] = [];
    const named = (name: string, act: () => Promise<undefined>) => ({
      authenticate: () => {
        asked.push(name);
        return act();
      },
    });
    const chain = [
      named('not mine', async () => undefined),
      named('mine', () => Promise.reject(new RangeError('no'))),
      named('never asked', async () => undefined),
    ];
    await expect(authenticate(chain, bearer('x'), { deadlineMs: it.clock.nowMs })).rejects.toThrow(
      new RangeError('no'),
    );
    expect(asked).toEqual(['not mine', 'mine']);
  });
});
