/**
 * Decides who calls, and whether this caller may manage app specific passwords. That comes from the authorizer's context only:
 * nothing in the path, the query or the body can name a user. The `Authorization` header only shows what kind of credential it was.
 */
import { type AppPasswordsConfiguration, MANAGE_APP_PASSWORDS } from '../config/app-passwords.ts';
import { isJsonObject, type JsonObject, parseJson } from '../core/json.ts';
import { ACCESS_TOKEN, ACTOR_KEY, claimKey } from '../core/principal.ts';
import { Problem } from './problem.ts';

export interface Caller {
  /** The user's `sub`. */
  readonly subject: string;
  readonly clientId: string;
  /** The scopes that a password of this user can have. */
  readonly grantable: readonly string[];
}

export interface CallerEvidence {
  /** What API Gateway passes on from the authorizer. */
  readonly context: JsonObject;
  /** The values of all `Authorization` headers. */
  readonly authorization: readonly string[];
}

export type CallerSettings = Pick<
  AppPasswordsConfiguration,
  'issuer' | 'clients' | 'scopes' | 'maxAuthAgeSeconds' | 'authTimeClaim'
>;

/** The authorizer never introspects such a token, and never treats it as a password: it verifies its signature. */
const JWT = /^(?:Bearer|DPoP) +([\w-]+)\.[\w-]+\.[\w-]+$/i;
/** All users of Auth0 have an id of this form. Clients have none, whatever the profile of their tokens is. */
const USER_ID = /^[^|\p{Cc}]+\|[^\p{Cc}]+$/u;
const CLIENT_SUBJECT = /@clients$/;
/** Clocks differ. */
const LEEWAY_SECONDS = 60;

/**
 * Parses what the authorizer reports.
 *
 * @throws Problem `credential_not_allowed`, `client_not_allowed`, `scope_missing` or `login_too_old`
 */
export function parseCaller(evidence: CallerEvidence, settings: CallerSettings, nowMs: number): Caller {
  const { context } = evidence;
  assertOwnToken(evidence, settings);
  const subject = parseUser(context);
  const clientId = textOf(context, 'client_id');
  if (!settings.clients.includes(clientId)) {
    throw new Problem('client_not_allowed', 'This application may not manage app passwords. Use one that may.');
  }
  const scopes = textOf(context, 'scope').split(' ');
  if (!scopes.includes(MANAGE_APP_PASSWORDS)) {
    throw new Problem(
      'scope_missing',
      `The token lacks the scope ${MANAGE_APP_PASSWORDS}. Sign in again and allow it.`,
    );
  }
  assertRecentLogin(context, settings, nowMs);
  return { subject, clientId, grantable: settings.scopes.filter((scope) => isGrantable(scope, scopes)) };
}

/** Whether a password can have a scope: one that its user's token has. No password can create more passwords. */
function isGrantable(scope: string, held: readonly string[]): boolean {
  return held.includes(scope) && scope !== MANAGE_APP_PASSWORDS;
}

/** A credential that lasts, or that somebody else uses for the user, must not create another one. */
function assertOwnToken({ context, authorization }: CallerEvidence, { issuer }: CallerSettings): void {
  const [value = '', ...others] = authorization;
  const isJwt = others.length === 0 && isJwtHeader(JWT.exec(value)?.[1]);
  const isOwn = textOf(context, 'token_type') === ACCESS_TOKEN && textOf(context, 'iss') === issuer;
  if (isJwt && isOwn && textOf(context, ACTOR_KEY) === '') return;
  throw new Problem(
    'credential_not_allowed',
    'This credential may not manage app passwords. Sign in, and send the access token (a JWT) that you get.',
  );
}

function isJwtHeader(encoded: string | undefined): boolean {
  const header = parseJson(Buffer.from(encoded ?? '', 'base64url').toString());
  return isJsonObject(header) && typeof header.alg === 'string';
}

/** A token of the client credentials grant names the client as its subject. */
function parseUser(context: JsonObject): string {
  const subject = textOf(context, 'sub');
  const isClient = CLIENT_SUBJECT.test(subject) || subject === textOf(context, 'client_id');
  if (USER_ID.test(subject) && !isClient) return subject;
  throw new Problem('credential_not_allowed', 'The token is not that of a user. Only users have app passwords.');
}

/** @see RFC 9470 */
function assertRecentLogin(context: JsonObject, settings: CallerSettings, nowMs: number): void {
  const { maxAuthAgeSeconds, authTimeClaim } = settings;
  if (maxAuthAgeSeconds === undefined) return;
  const text = textOf(context, claimKey(authTimeClaim));
  const ageSeconds = /^\d{1,12}$/.test(text) ? nowMs / 1000 - Number(text) : Number.POSITIVE_INFINITY;
  if (ageSeconds >= -LEEWAY_SECONDS && ageSeconds <= maxAuthAgeSeconds) return;
  throw new Problem(
    'login_too_old',
    `Managing app passwords needs a login that is at most ${maxAuthAgeSeconds} seconds old. Sign in again.`,
    { maxAuthAgeSeconds },
  );
}

function textOf(context: JsonObject, key: string): string {
  const value = Object.hasOwn(context, key) ? context[key] : undefined;
  return typeof value === 'string' ? value : '';
}
