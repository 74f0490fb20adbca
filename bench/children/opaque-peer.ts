/** The peer for opaque tokens: the SDK reads the key, and oauth4webapi (which uses `fetch`) introspects. */
import { webcrypto } from 'node:crypto';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { introspectionRequest, PrivateKeyJwt, processIntrospectionResponse } from 'oauth4webapi';
import type { RestEvent } from '../../lambda/authorizer/rest.ts';
import { handler as allow } from './bare-handler.ts';

// biome-ignore lint/style/noProcessEnv: a function has no other configuration.
const { issuer, audience, signingKeySecret } = JSON.parse(process.env.CONFIG ?? '');
const server = { issuer, introspection_endpoint: `${issuer}oauth/introspect` };
const client = { client_id: audience };
const secrets = new SecretsManagerClient({});

export async function handler(event: RestEvent) {
  const token = String(event.headers?.authorization).slice('Bearer '.length);
  const response = await introspectionRequest(server, client, PrivateKeyJwt(await readKey()), token);
  const { active, sub: principalId } = await processIntrospectionResponse(server, client, response);
  if (!active) throw new Error('Unauthorized');
  return { ...(await allow(event)), principalId };
}

async function readKey(): Promise<webcrypto.CryptoKey> {
  const { SecretString = '' } = await secrets.send(new GetSecretValueCommand({ SecretId: signingKeySecret }));
  const jwk = JSON.parse(SecretString);
  return webcrypto.subtle.importKey('jwk', jwk, { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, false, ['sign']);
}
