/**
 * What the gateway itself answers when a request does not reach the backend: one table for the deployed API and the
 * local one. A REST API takes a header either as a fixed text or, whole, from the authorizer's context.
 */

import { unauthorizedChallenge } from './challenges.ts';

export type HeaderSource = { readonly text: string } | { readonly authorizerContext: string };

export interface GatewayResponse {
  /** API Gateway's name for the occasion. */
  readonly type:
    | 'UNAUTHORIZED'
    | 'ACCESS_DENIED'
    | 'AUTHORIZER_FAILURE'
    | 'AUTHORIZER_CONFIGURATION_ERROR'
    | 'MISSING_AUTHENTICATION_TOKEN';
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, HeaderSource>>;
  /** A problem document, RFC 9457. */
  readonly body: { readonly title: string; readonly status: number; readonly detail: string };
}

/** Where a denial's challenge stands in the authorizer's context. */
export const CHALLENGE_KEY = 'www_authenticate';

const RETRY_AFTER_SECONDS = 5;

/**
 * The gateway's answers.
 *
 * @param audience serves as the realm
 * @param basicChallenge offer Basic beside Bearer in a 401; browsers then ask their user for a password
 */
export function gatewayResponses(audience: string, basicChallenge: boolean): readonly GatewayResponse[] {
  return [
    response('UNAUTHORIZED', 401, 'Unauthorized', 'A valid credential is needed.', {
      'WWW-Authenticate': { text: unauthorizedChallenge(audience, basicChallenge) },
    }),
    response('ACCESS_DENIED', 403, 'Forbidden', 'The credential lacks a scope that this route asks for.', {
      'WWW-Authenticate': { authorizerContext: CHALLENGE_KEY },
    }),
    response('AUTHORIZER_FAILURE', 503, 'Service Unavailable', 'The credential could not be checked. Try again.', {
      'Retry-After': { text: String(RETRY_AFTER_SECONDS) },
    }),
    response('AUTHORIZER_CONFIGURATION_ERROR', 500, 'Internal Server Error', 'The authorizer gave no usable answer.'),
    response('MISSING_AUTHENTICATION_TOKEN', 404, 'Not Found', 'The API has no such route.'),
  ];
}

function response(
  type: GatewayResponse['type'],
  statusCode: number,
  title: string,
  detail: string,
  headers: GatewayResponse['headers'] = {},
): GatewayResponse {
  const contentType = { text: 'application/problem+json' };
  return {
    type,
    statusCode,
    headers: { 'Content-Type': contentType, ...headers },
    body: { title, status: statusCode, detail },
  };
}
