/** The error responses of the Authentication API: RFC 6749 section 5.2, with Auth0's own codes and statuses. */
import { Refusal } from './http.ts';

export function oauthError(status: number, error: string, description: string): Refusal {
  return new Refusal({ status, body: { error, error_description: description } });
}

export function invalidRequest(description: string): Refusal {
  return oauthError(400, 'invalid_request', description);
}

export function invalidClient(description: string): Refusal {
  return oauthError(401, 'invalid_client', description);
}
