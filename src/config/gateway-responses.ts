/**
 * The responses that the gateway itself sends when a request does not reach the backend: one table for the deployed API
 * and the local one. In a REST API, a header is either a fixed text or a whole value from the authorizer's context.
 */

import { type ChallengeSettings, unauthorizedChallenge } from './challenges.ts';

export type HeaderSource = { readonly text: string } | { readonly authorizerContext: string };

export type AuthorizerErrorType = (typeof AUTHORIZER_ERROR_TYPES)[number];

export interface GatewayResponse {
  /** API Gateway's response type. */
  readonly type: 'UNAUTHORIZED' | 'ACCESS_DENIED' | AuthorizerErrorType | 'MISSING_AUTHENTICATION_TOKEN';
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, HeaderSource>>;
  /** A problem document, RFC 9457. */
  readonly body: { readonly title: string; readonly status: number; readonly detail: string };
}

/** The key of a denial's challenge in the authorizer's context. */
export const CHALLENGE_KEY = 'www_authenticate';

const RETRY_AFTER_SECONDS = 5;

/**
 * API Gateway's response types for an authorizer that failed. The documentation does not say which of the two applies
 * when an authorizer throws. Users report `AUTHORIZER_CONFIGURATION_ERROR`, so both must have the same response.
 */
export const AUTHORIZER_ERROR_TYPES = ['AUTHORIZER_CONFIGURATION_ERROR', 'AUTHORIZER_FAILURE'] as const;

/** The gateway's responses. */
export function gatewayResponses(challenges: ChallengeSettings): readonly GatewayResponse[] {
  return [
    response('UNAUTHORIZED', 401, 'Unauthorized', 'A valid credential is required.', {
      'WWW-Authenticate': { text: unauthorizedChallenge(challenges) },
    }),
    response('ACCESS_DENIED', 403, 'Forbidden', 'The credential lacks a scope that this route requires.', {
      'WWW-Authenticate': { authorizerContext: CHALLENGE_KEY },
    }),
    ...AUTHORIZER_ERROR_TYPES.map((type) =>
      response(type, 503, 'Service Unavailable', 'The credential could not be checked. Try again.', {
        'Retry-After': { text: String(RETRY_AFTER_SECONDS) },
      }),
    ),
    NOT_FOUND,
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

/** For what no route names: sent by the catch-all, or by the gateway where there is none. */
export const NOT_FOUND = response('MISSING_AUTHENTICATION_TOKEN', 404, 'Not Found', 'The API has no such route.');
