/**
 * What an event of the tenant's log stream revokes. A code that is not listed here revokes nothing.
 *
 * @see https://auth0.com/docs/deploy-monitor/logs/log-event-type-codes
 */
import type { JsonObject } from '../core/json.ts';
import { percentDecode } from '../core/percent-encoding.ts';
import { CLAIM_TEXT, isClaimText } from '../core/principal.ts';
import type { RevocationKind, RevocationMark } from '../shared-state/revocation-mark.ts';
import { malformed } from './errors.ts';

/** Whom an event is about, and what it revokes. */
export type Revoked = Pick<RevocationMark, 'subject' | 'kind'>;

/**
 * A write of the Management API that succeeded. Its `user_id` is the administrator who made the request, so only its path says whom
 * it is about.
 *
 * @see https://auth0.com/docs/tenant-logs/management-success/sapi
 */
export const MANAGEMENT_CODE = 'sapi';

/**
 * Events about the user in `user_id`. `limit_wc` and similar codes are not among them: they block an IP address after failed logins,
 * and anybody who knows a username can cause that. Blocking the user is a write of the Management API.
 *
 * @see https://auth0.com/docs/tenant-logs/system-notification/limit-wc
 */
export const USER_CODES: Readonly<Record<string, RevocationKind>> = {
  /** The password was changed. */
  scp: 'all',
  /** The user was deleted. */
  sdu: 'all',
  /** A refresh token was revoked. */
  srrt: 'all',
  /** The user was logged out everywhere. */
  universal_logout_succeeded: 'all',
};

/**
 * A PATCH of a user revokes only if its body has one of these. Any other, such as one of the user's metadata, happens too often, and
 * says nothing about credentials.
 */
export const FIELDS_THAT_REVOKE = [
  'blocked',
  'password',
  'email',
  'email_verified',
  'phone_number',
  'username',
] as const;

/** Writes to these paths below a user end sessions and tokens, or change how the user logs in. */
const PATHS_THAT_REVOKE_ALL = new Set(['sessions', 'refresh-tokens', 'revoke-access', 'multifactor']);
const USERS = ['', 'api', 'v2', 'users'];

/**
 * Finds out what an event revokes.
 *
 * @param event has the members that the rule in EventBridge passes on
 * @returns `undefined` if the event revokes nothing
 * @throws RevocationError `message_malformed`
 */
export function revokedBy({ type, user, path }: JsonObject): Revoked | undefined {
  if (typeof type !== 'string') throw malformed('The log event has no type.');
  if (type === MANAGEMENT_CODE) return revokedByWrite(path);
  const kind = Object.hasOwn(USER_CODES, type) ? USER_CODES[type] : undefined;
  // Some events are about no user, for example if nobody has the name that somebody typed.
  if (kind === undefined || user === '' || user === null) return undefined;
  return { subject: parseSubject(user), kind };
}

/**
 * Parses the id of a user.
 *
 * @throws RevocationError `message_malformed`
 */
export function parseSubject(subject: unknown): string {
  if (isClaimText(subject) && subject !== '') return subject;
  throw malformed(`The message does not name a user. Expected ${CLAIM_TEXT}, and not an empty one.`);
}

function revokedByWrite(path: unknown): Revoked | undefined {
  if (typeof path !== 'string' || !path.startsWith('/')) throw malformed('The log event has no path.');
  // The Management API ignores a slash at the end, and the query does not say whom the write is about.
  const segments = path.replace(/\?.*$/su, '').replace(/\/$/, '').split('/');
  if (USERS.some((name, index) => segments[index] !== name)) return undefined;
  const [id, ...below] = segments.slice(USERS.length);
  if (id === undefined) return undefined;
  const kind = kindBelowUser(below);
  return kind === undefined ? undefined : { subject: parseSubject(percentDecode(id)), kind };
}

function kindBelowUser([name, item]: readonly string[]): RevocationKind | undefined {
  if (name === undefined || PATHS_THAT_REVOKE_ALL.has(name)) return 'all';
  // Without an id, the request created an app specific password.
  if (name === 'application-passwords' && item === undefined) return undefined;
  // Any other write, for example to the user's roles, may change what introspection reports.
  return 'introspected';
}
