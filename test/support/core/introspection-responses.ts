/** Responses of the introspection endpoint. */
import type { HttpResponse } from '../../../src/core/http.ts';
import { NOW_SECONDS } from './clock.ts';
import { AUDIENCE, ISSUER } from './issuer.ts';
import { json } from './scripted-http.ts';

export const INTROSPECTION_URL = `${ISSUER}oauth/introspect`;

/** For a live app specific password: neither `exp` nor `client_id`. A member set to `undefined` is left out. */
export function activePassword(changes: Readonly<Record<string, unknown>> = {}): HttpResponse {
  return json(200, {
    active: true,
    token_type: 'application_specific_password_token',
    scope: 'read:foo create:foo',
    iat: NOW_SECONDS - 1000,
    sub: 'auth0|1234',
    aud: AUDIENCE,
    iss: ISSUER,
    username: 'user@example.com',
    ...changes,
  });
}

export const INACTIVE: HttpResponse = json(200, { active: false });
export const INVALID_CLIENT: HttpResponse = json(401, { error: 'invalid_client', error_description: 'Bad assertion.' });
