/**
 * `oidc-provider` as an authorization server whose only client authenticates with a key (`private_key_jwt`), at the paths of an
 * Auth0 tenant. It knows the client credentials grant and a password grant.
 */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { type KoaContextWithOIDC } from 'oidc-provider';
import { onTestFinished } from 'vitest';
import type { HttpPort } from '../../../src/core/http.ts';
import { createHttpsClient } from '../../../src/http/https-client.ts';

export const CLIENT_ID = 'key-client';
export const USER = { username: 'alice', password: 'correct horse' };

export type Algorithm = 'RS256' | 'RS384' | 'PS256' | 'ES256';

export interface KeyClientServer {
  /** With its final slash. */
  readonly issuer: string;
  /** The key that the server knows from now on, and its algorithm. */
  register(key: KeyObject, alg: Algorithm): void;
  /** Sends a request. The server accepts forms only, so JSON becomes a form. */
  readonly http: HttpPort;
  /** The requests, as they were sent. */
  readonly requests: { readonly url: string; readonly headers: Record<string, string>; readonly body: string }[];
}

export async function startKeyClientServer(key: KeyObject, alg: Algorithm): Promise<KeyClientServer> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = createHttpsClient();
  onTestFinished(() => {
    client.close();
    server.closeAllConnections();
    server.close();
  });
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  let callback = createProvider(issuer, key, alg).callback();
  server.on('request', (request, response) => void callback(request, response));
  const requests: KeyClientServer['requests'] = [];
  return {
    issuer,
    requests,
    register: (next, nextAlg) => {
      callback = createProvider(issuer, next, nextAlg).callback();
    },
    http: (request) => {
      const sent = asForm(request);
      requests.push({ url: sent.url, headers: { ...sent.headers }, body: sent.body ?? '' });
      return client.send(sent);
    },
  };
}

function asForm<Request extends Parameters<HttpPort>[0]>(request: Request): Request {
  if (request.headers['content-type'] !== 'application/json') return request;
  const fields: Record<string, string> = JSON.parse(request.body ?? '{}');
  const headers = { ...request.headers, 'content-type': 'application/x-www-form-urlencoded' };
  return { ...request, headers, body: new URLSearchParams(fields).toString() };
}

function createProvider(issuer: string, key: KeyObject, alg: Algorithm): Provider {
  const jwk = createPublicKey(key).export({ format: 'jwk' });
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT_ID,
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: alg,
        jwks: { keys: [{ ...jwk, kty: String(jwk.kty), use: 'sig' }] },
        grant_types: ['client_credentials', 'password'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    clientAuthMethods: ['private_key_jwt'],
    enabledJWA: { clientAuthSigningAlgValues: ['RS256', 'RS384', 'PS256', 'ES256'] },
    routes: { token: '/oauth/token', introspection: '/oauth/introspect', jwks: '/.well-known/jwks.json' },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: async () => true },
    },
  });
  provider.registerGrantType('password', logIn, ['username', 'password', 'audience']);
  return provider;
}

function logIn(context: KoaContextWithOIDC): void {
  const { username, password } = context.oidc.params ?? {};
  const isRight = username === USER.username && password === USER.password;
  context.status = isRight ? 200 : 400;
  context.body = isRight
    ? { access_token: 'token-of-alice', token_type: 'Bearer', expires_in: 60 }
    : { error: 'invalid_grant' };
}
