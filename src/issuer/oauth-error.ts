/**
 * Reads the error response of an OAuth endpoint. Whatever its status, it shows that the server understood the request.
 */
import type { HttpResponse } from '../core/http.ts';
import { isJsonObject, parseJson } from '../core/json.ts';

export interface OAuthError {
  readonly code: string;
  readonly description: string;
}

/** Words of other error formats, such as "Internal Server Error", are not codes. */
const CODE = /^[a-z][a-z0-9_.-]*$/;

/**
 * Reads the error that a response reports.
 *
 * @returns `undefined` for a success, and for a body that is not an OAuth error
 * @see RFC 6749 section 5.2
 */
export function oauthErrorOf({ status, body }: HttpResponse): OAuthError | undefined {
  if (status < 400) return undefined;
  const value = parseJson(body);
  if (!isJsonObject(value) || typeof value.error !== 'string' || !CODE.test(value.error)) return undefined;
  const { error: code, error_description: description } = value;
  return { code, description: typeof description === 'string' ? description : '' };
}
