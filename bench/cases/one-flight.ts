/**
 * A thousand concurrent uses of one new opaque token in one process: counts the calls to the server, and measures no
 * time.
 */
import { createPrivateKey, webcrypto } from 'node:crypto';
import { customFetch, introspectionRequest, PrivateKeyJwt, processIntrospectionResponse } from 'oauth4webapi';
import { createHandler } from '../../lambda/authorizer/create-handler.ts';
import { parseAuthorizerConfiguration } from '../../src/config/authorizer-configuration.ts';
import { AUDIENCE, introspectionResponse } from '../issuer.ts';
import { restEvent } from '../rest-event.ts';
import { atMost, type Row } from '../row.ts';

const PATH = '1,000 concurrent uses of one new token';
const USES = 1000;
const ISSUER = 'https://tenant.example/';
const TOKEN = 'an-opaque-token';

export async function oneFlight(): Promise<readonly Row[]> {
  const keys = await webcrypto.subtle.generateKey(
    { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
    true,
    ['sign', 'verify'],
  );
  const ours = await countOurs(keys.privateKey);
  const peer = await countPeer(keys.privateKey);
  return [
    { path: PATH, subject: 'ours', value: ours, unit: 'calls', aim: atMost(ours, 1, '1') },
    { path: PATH, subject: 'oauth4webapi', value: peer, unit: 'calls' },
  ];
}

async function countOurs(key: webcrypto.CryptoKey): Promise<number> {
  let calls = 0;
  const http = async () => {
    calls += 1;
    return { status: 200, headers: {}, body: introspectionResponse(ISSUER) };
  };
  const pem = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  const signingKey = { kid: 'signing-1', privateKey: createPrivateKey({ key: pem, format: 'der', type: 'pkcs8' }) };
  const handler = createHandler(
    parseAuthorizerConfiguration(
      JSON.stringify({
        issuer: ISSUER,
        audience: AUDIENCE,
        routes: { 'GET /foo/{id}': ['read:foo'] },
        signingKeySecret: 'none',
      }),
    ),
    {
      http,
      clock: Date.now,
      sleep: async () => undefined,
      random: Math.random,
      signingKeys: { read: async () => [signingKey] },
    },
    () => undefined,
  );
  const event = restEvent(TOKEN);
  await Promise.all(Array.from({ length: USES }, () => handler(event)));
  return calls;
}

async function countPeer(key: webcrypto.CryptoKey): Promise<number> {
  let calls = 0;
  const fetch = async () => {
    calls += 1;
    return new Response(introspectionResponse(ISSUER), { headers: { 'content-type': 'application/json' } });
  };
  const server = { issuer: ISSUER, introspection_endpoint: `${ISSUER}oauth/introspect` };
  const client = { client_id: AUDIENCE };
  const introspect = async () => {
    const response = await introspectionRequest(server, client, PrivateKeyJwt(key), TOKEN, { [customFetch]: fetch });
    return processIntrospectionResponse(server, client, response);
  };
  await Promise.all(Array.from({ length: USES }, introspect));
  return calls;
}
