/** Clients with a key, at an authorization server that nobody here wrote. It refuses every assertion that RFC 7523 refuses. */
import type { KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { logIn } from '../../../local/acceptance/log-in.ts';
import { composeAuthorizer } from '../../../src/authorizer/compose.ts';
import { parseAuthorizerConfiguration } from '../../../src/config/authorizer-configuration.ts';
import { type ClientCredentials, parseClientCredentials } from '../../../src/core/client-credentials.ts';
import type { HttpPort } from '../../../src/core/http.ts';
import { connectManagement } from '../../../src/management/management-connection.ts';
import { keySecret, OTHER_RSA, P256, RSA } from '../../support/core/client-keys.ts';
import { requestWith } from '../../support/core/composed.ts';
import { makeSigningKey } from '../../support/core/signing-keys.ts';
import { bearer } from '../../support/http/call.ts';
import {
  type Algorithm,
  CLIENT_ID,
  type KeyClientServer,
  startKeyClientServer,
  USER,
} from '../../support/local/key-client-server.ts';

const AUDIENCE = 'https://demo.api';
const ALGORITHMS: readonly [Algorithm, KeyObject][] = [
  ['RS256', RSA],
  ['RS384', RSA],
  ['PS256', RSA],
  ['ES256', P256],
];
const clientWith = (key: KeyObject, alg: Algorithm) =>
  parseClientCredentials('the-secret', keySecret(CLIENT_ID, key, { alg }));

interface Use {
  readonly key?: KeyObject;
  readonly alg?: Algorithm;
  readonly http?: HttpPort;
  readonly clock?: () => number;
  /** The server that the assertion is for. */
  readonly issuer?: string;
}

function login(server: KeyClientServer, { key = RSA, alg = 'RS256', ...use }: Use = {}, password = USER.password) {
  const { issuer = server.issuer, http = server.http, clock = Date.now } = use;
  const client = clientWith(key, alg);
  const ports = { http, clock, sleep: async () => undefined, random: () => 0 };
  return logIn({ issuer, audience: AUDIENCE, scopes: ['read:foo'], client, username: USER.username, password }, ports);
}

function managementScopes(server: KeyClientServer, { key = RSA, alg = 'RS256', ...use }: Use = {}) {
  const { issuer: tenantUrl = server.issuer, http = server.http, clock = Date.now } = use;
  const connection = connectManagement({ tenantUrl, client: clientWith(key, alg), http, clock });
  return connection.tokenScopes(true);
}

function introspect(server: KeyClientServer, { key = RSA, alg = 'RS256', ...use }: Use = {}) {
  return introspector(server, () => clientWith(key, alg), use)();
}

function introspector(server: KeyClientServer, readClient: () => ClientCredentials, use: Use = {}) {
  const { issuer, http = server.http, clock = Date.now } = { ...server, ...use };
  const configuration = {
    ...{ issuer, audience: AUDIENCE, signingKeySecret: 'key', routes: { 'GET /foo': [] } },
    authorizationServer: {
      jwksUrl: `${issuer}.well-known/jwks.json`,
      introspectionUrl: `${issuer}oauth/introspect`,
      clientSecret: 'the-secret',
    },
  };
  const authorizer = composeAuthorizer(parseAuthorizerConfiguration(JSON.stringify(configuration)), {
    ...{ http, clock, sleep: async () => undefined, random: () => 0 },
    signingKeys: { read: async () => [makeSigningKey('key')] },
    issuerClient: async () => readClient(),
  });
  let tokens = 0;
  return () => authorizer.decide(requestWith(bearer(`a-token-that-nobody-issued-${++tokens}`)));
}

describe.each(ALGORITHMS)('a client with a key for %s, at a foreign server', (alg, key) => {
  it('gets a token for itself, logs users in, and introspects, without any shared secret', async () => {
    const server = await startKeyClientServer(key, alg);
    expect(await managementScopes(server, { key, alg })).toBeUndefined();
    expect(await login(server, { key, alg })).toBe('token-of-alice');
    await expect(login(server, { key, alg }, 'wrong')).rejects.toMatchObject({ code: 'password_wrong' });
    // The server has authenticated us: it does not answer anybody else.
    expect(await introspect(server, { key, alg })).toMatchObject({ reason: 'token_inactive' });
    expect(server.requests).toHaveLength(4);
    for (const { headers, body } of server.requests) {
      expect(headers).not.toHaveProperty('authorization');
      expect(body).toContain('client_assertion=');
      expect(body).not.toContain('client_secret');
    }
  });
});

it('the key of a client may change at any time, together with its algorithm, and no caller notices', async () => {
  const server = await start();
  let stored = clientWith(RSA, 'RS256');
  const decide = introspector(server, () => stored);
  expect(await decide()).toMatchObject({ reason: 'token_inactive' });
  server.register(OTHER_RSA, 'PS256');
  stored = clientWith(OTHER_RSA, 'PS256');
  for (let time = 0; time < 2; time += 1) expect(await decide()).toMatchObject({ reason: 'token_inactive' });
  expect(server.requests).toHaveLength(4);
});

describe('a foreign server', () => {
  const refusals: readonly [string, () => Promise<{ readonly server: KeyClientServer; readonly use: Use }>][] = [
    ['signed with another key', async () => ({ server: await start(), use: { key: OTHER_RSA } })],
    ['signed with another algorithm', async () => ({ server: await start(), use: { alg: 'PS256' } })],
    ['that has expired', async () => ({ server: await start(), use: { clock: () => Date.now() - 600_000 } })],
    [
      'that is for another server',
      async () => {
        const [server, other] = [await start(), await start()];
        const http: HttpPort = (request) =>
          server.http({ ...request, url: request.url.replace(other.issuer, server.issuer) });
        return { server, use: { issuer: other.issuer, http } };
      },
    ],
    [
      'that was used before',
      async () => {
        const server = await start();
        const http: HttpPort = async (request) => {
          await server.http(request);
          return server.http(request);
        };
        return { server, use: { http } };
      },
    ],
  ];

  it.each(refusals)('refuses an assertion %s, which is our fault and not the user’s', async (_, prepare) => {
    const { server, use } = await prepare();
    await expect(login(server, use)).rejects.toMatchObject({ code: 'issuer_client_refused' });
    await expect(managementScopes(server, use)).rejects.toMatchObject({ code: 'management_client_refused' });
    expect(await introspect(server, use)).toMatchObject({ outcome: 'unavailable', reason: 'issuer_client_refused' });
  });
});

function start(): Promise<KeyClientServer> {
  return startKeyClientServer(RSA, 'RS256');
}
