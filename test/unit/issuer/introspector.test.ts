import { describe, expect, it } from 'vitest';
import { ConfigurationError, CredentialError, IssuerError } from '../../../src/core/errors.ts';
import { ACCESS_TOKEN, type Principal } from '../../../src/core/principal.ts';
import { firstToKnow, type Introspector } from '../../../src/issuer/introspector.ts';

const CONTEXT = { deadlineMs: 0 };
const PRINCIPAL: Principal = {
  subject: 'auth0|1234',
  username: undefined,
  scopes: [],
  tokenType: ACCESS_TOKEN,
  clientId: undefined,
  organizationId: undefined,
  issuer: 'https://tenant.auth0.com/',
  expiresAt: undefined,
};
const INACTIVE = new CredentialError('token_inactive', 'The server does not report the token as active.');
const OF_ANOTHER_ISSUER = new CredentialError('issuer_mismatch', 'The issuer is not the configured one.');
const REFUSED = new CredentialError('token_type_refused', 'Tokens of this type are not credentials.');
const DOWN = new IssuerError('issuer_unavailable', 'The server cannot be reached.');
const NO_SECRET = new ConfigurationError('configuration_invalid', 'There is no such secret.');
const SLOW = new IssuerError('issuer_timeout', 'The server did not respond in time.');

type Responses = readonly [Principal | Error, ...(Principal | Error)[]];

/** Introspects at servers with the given responses or failures. Returns the outcome and which servers were called. */
const introspect = (...responses: Responses) => introspectAt('opaque-token', ...responses);
const introspectApplicationPassword = (...responses: Responses) => introspectAt('abcdefghijklmnop', ...responses);

async function introspectAt(token: string, ...responses: Responses) {
  const called: number[] = [];
  const introspector = (response: Principal | Error, index: number): Introspector => ({
    introspect: async () => {
      called.push(index);
      if (response instanceof Error) throw response;
      return response;
    },
  });
  const [first, ...others] = responses;
  const introspectors = others.map((response, index) => introspector(response, index + 1));
  const outcome = await firstToKnow([introspector(first, 0), ...introspectors])
    .introspect(token, CONTEXT)
    .catch((error: unknown) => error);
  return { outcome, called };
}

describe('the introspector for several servers', () => {
  it('stops at the first server that knows the token', async () => {
    expect(await introspect(INACTIVE, PRINCIPAL, DOWN)).toEqual({ outcome: PRINCIPAL, called: [0, 1] });
  });

  it.each<[string, Responses, number[]]>([
    ['the first server', [DOWN, PRINCIPAL], [0]],
    ['the first server, which is slow', [SLOW, PRINCIPAL], [0]],
    ['a later server', [INACTIVE, DOWN, PRINCIPAL], [0, 1]],
    [
      'a later server, after one that knows the token under another issuer',
      [OF_ANOTHER_ISSUER, DOWN, PRINCIPAL],
      [0, 1],
    ],
    ['the last server', [INACTIVE, INACTIVE, DOWN], [0, 1, 2]],
  ])('stops at a server that is down, because the token may belong to it: %s', async (_, responses, called) => {
    const outcome = responses.find((response) => response === DOWN || response === SLOW);
    expect(await introspect(...responses)).toEqual({ outcome, called });
  });

  it('stops at a server whose configuration is wrong', async () => {
    expect(await introspect(NO_SECRET, PRINCIPAL)).toEqual({ outcome: NO_SECRET, called: [0] });
  });

  it.each<[string, Responses]>([
    ['knows it', [PRINCIPAL, INACTIVE]],
    ['does not know it', [INACTIVE, PRINCIPAL]],
    ['knows it under another issuer', [OF_ANOTHER_ISSUER, PRINCIPAL]],
    ['is down', [DOWN, PRINCIPAL]],
  ])(
    'sends a possible app specific password to the first server only, even if that server %s',
    async (_, responses) => {
      expect(await introspectApplicationPassword(...responses)).toEqual({ outcome: responses[0], called: [0] });
    },
  );

  it('continues if a server knows the token under another issuer, as a second domain does', async () => {
    expect(await introspect(OF_ANOTHER_ISSUER, PRINCIPAL)).toEqual({ outcome: PRINCIPAL, called: [0, 1] });
  });

  it('refuses the token if all servers know it under another issuer', async () => {
    expect(await introspect(OF_ANOTHER_ISSUER, OF_ANOTHER_ISSUER)).toEqual({
      outcome: OF_ANOTHER_ISSUER,
      called: [0, 1],
    });
    expect(await introspect(OF_ANOTHER_ISSUER, DOWN)).toMatchObject({ outcome: DOWN });
  });

  it('stops at a server that knows the token as something that is not a credential', async () => {
    expect(await introspect(INACTIVE, REFUSED, PRINCIPAL)).toEqual({ outcome: REFUSED, called: [0, 1] });
  });

  it('reports the token as inactive if no server knows it', async () => {
    expect(await introspect(INACTIVE, INACTIVE)).toEqual({ outcome: INACTIVE, called: [0, 1] });
  });
});

describe('the introspector for one server', () => {
  it('calls that server directly', () => {
    const only: Introspector = { introspect: async () => PRINCIPAL };
    expect(firstToKnow([only])).toBe(only);
  });
});
