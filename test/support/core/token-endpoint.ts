/** Responses of the token endpoint to a password grant. */
import type { HttpResponse } from '../../../src/core/http.ts';
import { ISSUER } from './issuer.ts';
import { json } from './scripted-http.ts';

export const TOKEN_URL = `${ISSUER}oauth/token`;

export const WRONG_PASSWORD = loginError(403, 'invalid_grant', 'Wrong email or password.');

export function loggedIn(accessToken: string): HttpResponse {
  return json(200, { access_token: accessToken, token_type: 'Bearer', expires_in: 3600, scope: 'read:foo' });
}

export function loginError(status: number, error: string, description = 'Because.'): HttpResponse {
  return json(status, { error, error_description: description });
}
