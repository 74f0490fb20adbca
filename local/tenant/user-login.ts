/** Checks a user's own credentials, with brute-force protection. The `password` grant and the login page share it. */
import { randomBytes } from 'node:crypto';
import { oauthError } from './oauth-error.ts';
import type { TenantParts } from './parts.ts';
import type { ConnectionRecord, JsonObject, UserRecord } from './records.ts';

export interface Login {
  readonly username: string;
  readonly password: string;
  readonly connection: ConnectionRecord;
  /** The address that failures are counted for. */
  readonly ip: string;
}

/** @throws {Refusal} an OAuth error that says why the user cannot log in */
export function logIn(
  { username, password, connection, ip }: Login,
  { logins, state }: Pick<TenantParts, 'logins' | 'state'>,
): UserRecord {
  if (!logins.admits(username, ip)) throw oauthError(429, 'too_many_requests', 'Too many login attempts of this user.');
  if (logins.isBlocked(username, ip)) {
    throw oauthError(
      429,
      'too_many_attempts',
      'Your account has been blocked after multiple consecutive login attempts.',
    );
  }
  const user = [...state.users.values()].find((candidate) => isNamed(candidate, username, connection));
  if (!user || user.password !== password) {
    logins.fail(username, ip);
    throw oauthError(403, 'invalid_grant', 'Wrong email or password.');
  }
  refuseRightPassword(user);
  logins.succeed(username, ip);
  return user;
}

function isNamed(user: UserRecord, username: string, connection: ConnectionRecord): boolean {
  const name = username.toLowerCase();
  const isName = user.username.toLowerCase() === name || user.email.toLowerCase() === name;
  return isName && user.connection === connection.name;
}

/** Refuses a login for reasons other than the password. */
function refuseRightPassword(user: UserRecord): void {
  if (user.password_leaked) {
    throw oauthError(
      401,
      'password_leaked',
      'This login has been blocked because your password has been leaked in another website.',
    );
  }
  if (user.blocked) throw oauthError(403, 'unauthorized', 'user is blocked');
  if (user.requires_verification) {
    throw oauthError(401, 'requires_verification', 'Suspicious request requires verification');
  }
  if (user.login_denied) throw oauthError(user.login_denied, 'access_denied', 'An Action denied this login.');
  if (user.mfa_required) {
    const error = oauthError(403, 'mfa_required', 'Multifactor authentication required');
    Object.assign(error.reply.body as JsonObject, { mfa_token: randomBytes(24).toString('base64url') });
    throw error;
  }
}
