/**
 * Reads the parameters of `GET /authorize` (RFC 6749 section 4.1.1). Where the response goes is settled first: until the redirect URI is
 * known to belong to the client, an error is shown on a page and never redirected.
 */
import type { Exchange } from '../http.ts';
import { Refusal } from '../http.ts';
import { splitScope } from '../oauth-fields.ts';
import type { TenantParts } from '../parts.ts';
import type { ClientRecord } from '../records.ts';
import { findAudience } from '../state.ts';
import { authorizationError, type ResponseTarget } from './authorization-response.ts';
import { errorPage } from './html.ts';

const CHALLENGE = /^[A-Za-z0-9_-]{43}$/;
const PROMPTS = ['none', 'login', 'consent', 'select_account'];

export interface AuthorizationRequest {
  readonly client: ClientRecord;
  readonly target: ResponseTarget;
  readonly scope: readonly string[];
  /** The API. @default none: the tokens are for `/userinfo` */
  readonly audience: string | undefined;
  readonly nonce: string | undefined;
  readonly codeChallenge: string | undefined;
  /** `none` must show no page, `login` must show the form. */
  readonly prompt: 'none' | 'login' | undefined;
  readonly maxAgeSeconds: number | undefined;
}

/** @throws {Refusal} a page or a response to the client that says what is wrong */
export function readAuthorizationRequest(
  { query }: Pick<Exchange, 'query'>,
  tenant: Pick<TenantParts, 'state'>,
): AuthorizationRequest {
  const { client, target } = readTarget(query, tenant);
  requireCodeFlow(query, client, target);
  return {
    client,
    target,
    scope: splitScope(query.get('scope') ?? undefined),
    audience: readAudience(query, target, tenant),
    nonce: query.get('nonce') ?? undefined,
    codeChallenge: readChallenge(query, client, target),
    prompt: readPrompt(query, target),
    maxAgeSeconds: readMaxAge(query, target),
  };
}

function readTarget(query: URLSearchParams, { state }: Pick<TenantParts, 'state'>) {
  if (new Set(query.keys()).size !== query.size) throw refusedOnPage(400, 'A parameter was sent more than once.');
  const client = state.clients.get(query.get('client_id') ?? '');
  if (!client) throw refusedOnPage(400, 'Unknown client. The application is not registered at this tenant.');
  const redirectUri = query.get('redirect_uri') ?? '';
  if (!client.callbacks?.includes(redirectUri)) {
    throw refusedOnPage(403, 'Callback URL mismatch. The redirect_uri is not one of the application’s callback URLs.');
  }
  const responseMode = query.get('response_mode') === 'web_message' ? 'web_message' : 'query';
  if (responseMode === 'web_message' && !client.web_origins?.includes(new URL(redirectUri).origin)) {
    throw refusedOnPage(403, 'The origin of the redirect_uri is not one of the application’s web origins.');
  }
  const target: ResponseTarget = { redirectUri, responseMode, state: query.get('state') ?? undefined };
  return { client, target };
}

function requireCodeFlow(query: URLSearchParams, client: ClientRecord, target: ResponseTarget): void {
  const mode = query.get('response_mode') ?? 'query';
  if (mode !== target.responseMode) throw refused(target, 'invalid_request', 'Unsupported response_mode.');
  const type = query.get('response_type');
  if (!type) throw refused(target, 'invalid_request', 'Missing required parameter: response_type');
  if (type !== 'code') throw refused(target, 'unsupported_response_type', 'Unsupported response type.');
  if (!client.grant_types.includes('authorization_code')) {
    throw refused(target, 'unauthorized_client', "Grant type 'authorization_code' not allowed for the client.");
  }
}

/** RFC 7636, with S256 only. A client without a secret must use it. */
function readChallenge(query: URLSearchParams, client: ClientRecord, target: ResponseTarget): string | undefined {
  const challenge = query.get('code_challenge');
  const method = query.get('code_challenge_method');
  const isPublic = client.client_secret === undefined && client.credentials === undefined;
  if (challenge === null && method === null && !isPublic) return undefined;
  if (challenge === null) throw refused(target, 'invalid_request', 'Missing required parameter: code_challenge');
  if (method !== 'S256') throw refused(target, 'invalid_request', 'The code_challenge_method must be S256.');
  if (!CHALLENGE.test(challenge)) throw refused(target, 'invalid_request', 'The code_challenge is malformed.');
  return challenge;
}

function readAudience(
  query: URLSearchParams,
  target: ResponseTarget,
  { state }: Pick<TenantParts, 'state'>,
): string | undefined {
  const audience = query.get('audience') || state.settings.default_audience;
  if (!audience) return undefined;
  if (!findAudience(state, audience)) throw refused(target, 'access_denied', 'Service not found.');
  return audience;
}

function readPrompt(query: URLSearchParams, target: ResponseTarget): AuthorizationRequest['prompt'] {
  const prompts = splitScope(query.get('prompt') ?? undefined);
  if (prompts.some((prompt) => !PROMPTS.includes(prompt))) throw refused(target, 'invalid_request', 'Unknown prompt.');
  if (prompts.includes('none')) {
    if (prompts.length > 1) throw refused(target, 'invalid_request', 'The prompt none allows no other.');
    return 'none';
  }
  return prompts.includes('login') || prompts.includes('select_account') ? 'login' : undefined;
}

function readMaxAge(query: URLSearchParams, target: ResponseTarget): number | undefined {
  const text = query.get('max_age');
  if (text === null || text === '') return undefined;
  if (!/^\d{1,9}$/.test(text)) throw refused(target, 'invalid_request', 'The max_age must be whole seconds.');
  return Number(text);
}

function refusedOnPage(status: number, message: string): Refusal {
  return new Refusal(errorPage(status, message));
}

function refused(target: ResponseTarget, error: string, description: string): Refusal {
  return new Refusal(authorizationError(target, error, description));
}
