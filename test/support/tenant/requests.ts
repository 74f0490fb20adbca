/** Requests to the local tenant, and the key and assertions of its resource server. */
import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Tenant } from '../../../local/tenant/server.ts';
import { type Clock, DEMO_API, MANAGEMENT_CLIENT } from './tenant.ts';

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

export interface TenantResponse {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: each test says what shape it expects
  readonly body: any;
}

export async function ask(tenant: Tenant, path: string, init: RequestInit = {}): Promise<TenantResponse> {
  const response = await fetch(new URL(path, tenant.issuer), { redirect: 'manual', ...init });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
}

export function postJson(tenant: Tenant, path: string, body: unknown, headers: Record<string, string> = {}) {
  const init = {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  };
  return ask(tenant, path, init);
}

export function postForm(
  tenant: Tenant,
  path: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
) {
  return ask(tenant, path, { method: 'POST', body: new URLSearchParams(fields), headers });
}

export async function managementToken(tenant: Tenant): Promise<string> {
  const response = await postJson(tenant, '/oauth/token', {
    grant_type: 'client_credentials',
    client_id: MANAGEMENT_CLIENT.clientId,
    client_secret: MANAGEMENT_CLIENT.clientSecret,
    audience: `${tenant.issuer}api/v2/`,
  });
  return response.body.access_token;
}

/** Calls the Management API with a fresh token. */
export async function manage(tenant: Tenant, method: string, path: string, body?: unknown): Promise<TenantResponse> {
  const authorization = `Bearer ${await managementToken(tenant)}`;
  const payload = body === undefined ? {} : { body: JSON.stringify(body) };
  const headers = { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
  return ask(tenant, `/api/v2/${path}`, { method, headers, ...payload });
}

/** The key of the demo API, made once for a test file. */
export function newKey(): { readonly privateKey: KeyObject; readonly publicKey: KeyObject; readonly pem: string } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { privateKey, publicKey, pem: String(publicKey.export({ type: 'spki', format: 'pem' })) };
}

export interface AssertionChanges {
  readonly claims?: Record<string, unknown>;
  readonly header?: Record<string, unknown>;
}

/** Signs an assertion that is valid except for the changes. */
export function assertion(
  tenant: Tenant,
  key: KeyObject,
  clock: Clock,
  changes: AssertionChanges = {},
): Promise<string> {
  const seconds = Math.floor(clock.ms / 1000);
  const usual = {
    iss: DEMO_API,
    sub: DEMO_API,
    aud: tenant.issuer,
    iat: seconds,
    exp: seconds + 60,
    jti: randomUUID(),
  };
  const claims = Object.fromEntries(
    Object.entries({ ...usual, ...changes.claims }).filter(([, value]) => value !== undefined),
  );
  return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', ...changes.header }).sign(key);
}

export function introspection(token: string, client_assertion: string): Record<string, string> {
  return { token, client_assertion, client_assertion_type: ASSERTION_TYPE };
}
