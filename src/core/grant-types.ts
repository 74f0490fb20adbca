/** The grant types by which a user logs in with a username and password, as a client of the tenant lists them. */

/** Logs users in at the tenant's default directory. @see RFC 6749 section 4.3 */
export const PASSWORD_GRANT = 'password';

/**
 * Logs users in at the connection that the request names as its `realm`.
 *
 * @see https://auth0.com/docs/get-started/authentication-and-authorization-flow/resource-owner-password-flow
 */
export const PASSWORD_REALM_GRANT = 'http://auth0.com/oauth/grant-type/password-realm';

/** The grant type that a login uses. */
export function passwordGrantType(connection: string | undefined): string {
  return connection === undefined ? PASSWORD_GRANT : PASSWORD_REALM_GRANT;
}
