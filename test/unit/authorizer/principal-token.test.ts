import { describe, expect, it } from 'vitest';
import { ConfigurationError, IssuerError } from '../../../src/core/errors.ts';
import { writePrincipalKeys } from '../../../src/principal-token/key-pairs.ts';
import { importPrincipalKey } from '../../../src/principal-token/principal-key.ts';
import { Composed } from '../../support/core/composed.ts';
import { configurationError } from '../../support/core/errors.ts';
import { activePassword, INACTIVE } from '../../support/core/introspection-responses.ts';
import { makePrincipalKeys, PRINCIPAL_TOKEN, verifyAsBackend } from '../../support/core/principal-keys.ts';
import type { Reply } from '../../support/core/scripted-http.ts';

const KEYS = makePrincipalKeys();
const BEARER = 'Bearer abcdefghijklmnop';
const ON = { principalToken: PRINCIPAL_TOKEN };

async function readKey() {
  return importPrincipalKey(writePrincipalKeys(KEYS));
}

const composedWith = (reply: Reply, principalKey = readKey, configuration: object = ON) =>
  new Composed(() => reply, { ...configuration }, { principalKey });

describe('an authorizer that signs the principal', () => {
  it('gives the backend of an allowed request a token, from the cache too', async () => {
    const composed = composedWith(activePassword());
    for (const cacheHit of [false, true]) {
      const { decision } = await composed.decide(BEARER);
      expect(decision).toMatchObject({ outcome: 'allow', cacheHit, token: expect.any(String) });
      const token = 'token' in decision ? (decision.token ?? '') : '';
      const { payload } = await verifyAsBackend(token, KEYS, composed.clock.nowMs);
      expect(payload).toMatchObject({ sub: 'auth0|1234', iat: Math.floor(composed.clock.nowMs / 1000) });
      composed.clock.advanceSeconds(10);
    }
  });

  it('signs nothing for a caller that may not call the route', async () => {
    const { decision } = await composedWith(activePassword({ scope: 'create:foo' })).decide(BEARER);
    expect(decision).toMatchObject({ outcome: 'deny' });
    expect(decision).not.toHaveProperty('token');
  });

  it.each([
    ['cannot be read', new IssuerError('issuer_unavailable', 'Too late.'), 'issuer_unavailable'],
    ['is not usable', new ConfigurationError('signing_key_invalid', 'No key.'), 'signing_key_invalid'],
  ])('lets nobody in if its key %s, and says so', async (_what, error, reason) => {
    const composed = composedWith(activePassword(), () => Promise.reject(error));
    expect((await composed.decide(BEARER)).decision).toEqual({
      outcome: 'unavailable',
      reason,
      message: error.message,
    });
  });

  it('refuses a wrong credential even if its key cannot be read', async () => {
    const composed = composedWith(INACTIVE, () => Promise.reject(new IssuerError('issuer_unavailable', 'Too late.')));
    expect((await composed.decide(BEARER)).decision).toMatchObject({ outcome: 'unauthenticated' });
  });

  it('reads no key and signs nothing unless it is configured', async () => {
    const composed = composedWith(activePassword(), () => Promise.reject(new Error('No read was expected.')), {});
    const { decision } = await composed.decide(BEARER);
    expect(decision).toMatchObject({ outcome: 'allow' });
    expect(decision).not.toHaveProperty('token');
  });

  it('cannot be composed where its key is not available', () => {
    const message = 'The signed principal is configured, but its key is not available here.';
    expect(() => new Composed(() => INACTIVE, ON)).toThrow(configurationError('configuration_invalid', message));
  });
});
