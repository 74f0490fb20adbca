/**
 * Sends requests to the Management API with the token, and turns a refusal into an error that says how to fix it. The
 * tenant's own message is passed on only after it is shortened, made printable, and stripped of our secrets.
 */
import { isJsonObject } from '../core/json.ts';
import { ManagementRefusal, SetupError } from './errors.ts';
import type { ManagementClient, ManagementToken } from './management-token.ts';
import { sendWithRetries, type TenantPorts, type TenantRequest, type TenantResponse } from './send-with-retries.ts';

export type ManagementRequest = Pick<TenantRequest, 'method' | 'url' | 'json'>;

/**
 * Sends a request and returns the body, which is not trusted until parsed; `undefined` if there is none.
 *
 * @throws SetupError `management_scope_missing`, `management_client_refused`, `management_throttled`,
 *   `management_unavailable` or `management_malformed`; ManagementRefusal `management_refused` for 400, 404, 409 and the like
 */
export type SendManagementRequest = (request: ManagementRequest) => Promise<unknown>;

const LONGEST_REASON = 300;

/** Makes the sender for one management client. */
export function createManagementRequests(
  ports: TenantPorts,
  client: ManagementClient,
  token: ManagementToken,
): SendManagementRequest {
  return async (request) => {
    const cached = token.cached();
    const used = cached ?? (await token.request());
    const first = await sendWith(ports, request, used);
    // A cached token may be older than the grant of the missing scope, or may have been revoked.
    const isStale = cached !== undefined && (first.status === 401 || lacksScope(first));
    const last = isStale ? await token.request() : used;
    const final = isStale ? await sendWith(ports, request, last) : first;
    if (final.status < 300) return final.body;
    const { clientSecret } = client.credentials;
    throw refusalOf(request, final, client, [used, last, ...(clientSecret === undefined ? [] : [clientSecret])]);
  };
}

function sendWith(ports: TenantPorts, request: ManagementRequest, token: string): Promise<TenantResponse> {
  return sendWithRetries(ports, { ...request, headers: { authorization: `Bearer ${token}` } });
}

function refusalOf(
  { method, url }: ManagementRequest,
  { status, body }: TenantResponse,
  client: ManagementClient,
  secrets: readonly string[],
): SetupError {
  const reason = reasonOf(body, secrets);
  const what = `${method} ${new URL(url).pathname}`;
  if (status === 401) return tokenRefused(what, client);
  if (lacksScope({ status, body })) return scopeMissing(what, reason, client);
  const detail = reason === '' ? '' : `: ${reason}`;
  return new ManagementRefusal(
    `The tenant refused ${what} with ${status}${detail}. Expected it to be accepted; fix what the tenant reports, then run this again.`,
    { status, reason },
  );
}

function lacksScope({ status, body }: TenantResponse): boolean {
  return status === 403 && /insufficient.scope/i.test(JSON.stringify(body) ?? '');
}

function tokenRefused(what: string, { credentials, audience }: ManagementClient): SetupError {
  return new SetupError(
    'management_client_refused',
    `The tenant refused ${what} with 401, though it had just given the management client "${credentials.clientId}" a token. Expected the token to be accepted; check that "${audience}" is the Management API of this tenant (managementDomain).`,
  );
}

function scopeMissing(what: string, reason: string, { credentials, audience }: ManagementClient): SetupError {
  const scopes = reason.match(/\b[a-z]+:[a-z_]+\b/g)?.join(' or ') ?? 'one that the tenant did not name';
  return new SetupError(
    'management_scope_missing',
    `The management client "${credentials.clientId}" lacks a scope for ${what}: expected ${scopes}. Give it this scope on the API "${audience}" (dashboard: Applications > APIs > Auth0 Management API > Machine to Machine Applications).`,
  );
}

function reasonOf(body: unknown, secrets: readonly string[]): string {
  const message = isJsonObject(body) && typeof body.message === 'string' ? body.message : '';
  const clean = secrets.reduce((text, secret) => text.replaceAll(secret, '[secret]'), message);
  // Without its full stop, because it becomes part of a sentence.
  return clean
    .replace(/[^\x20-\x7e]+/g, ' ')
    .slice(0, LONGEST_REASON)
    .replace(/[.\s]+$/, '');
}
