/**
 * The configuration of the self-service API for app specific passwords and of its page: the keys that an operator sets, and what their
 * two functions receive.
 */
import {
  array,
  check,
  type InferOutput,
  maxLength,
  minLength,
  optional,
  picklist,
  pipe,
  record,
  regex,
  strictObject,
  string,
} from 'valibot';
import { parseJson } from '../core/json.ts';
import { type RouteSetting, requirementOf } from '../core/routes.ts';
import { clientId, eventBus, managementDomain } from './deployment-fields.ts';
import { audience, claimName, flag, issuer, revocationSeconds, scopes, secretId, wholeNumber } from './fields.ts';
import type { KeyMeaning } from './key-meanings.ts';
import { exactly, expecting, parse } from './parse.ts';

/** The scope that a token must have to manage the app specific passwords of its user. No app specific password may have it. */
export const MANAGE_APP_PASSWORDS = 'manage:app_passwords';

const CLIENTS = expecting('a list of 1 to 20 ids of clients, each once, such as ["aBcDeFgHiJkLmNoPqRsTuVwXyZ012345"]');

const clients = pipe(
  array(clientId, CLIENTS),
  minLength(1, CLIENTS),
  maxLength(20, CLIENTS),
  check((list) => new Set(list).size === list.length, CLIENTS),
);

const ORIGINS = expecting(
  'a list of at most 20 https origins, such as ["https://app.example"] (http for loopback only)',
);
const ORIGIN = /^(?:https:\/\/[a-z0-9.-]+|http:\/\/(?:localhost|127\.0\.0\.1))(?::\d{1,5})?$/;

const origins = pipe(array(pipe(string(ORIGINS), regex(ORIGIN, ORIGINS)), ORIGINS), maxLength(20, ORIGINS));

const CLAIM = expecting('the name of a claim, such as "https://demo.api/login_time"');

const claim = claimName(CLAIM);

const DESCRIPTIONS = expecting(
  'an object with a text of 1 to 200 characters for each scope, such as {"read:foo":"Read foos"}',
);

const descriptions = record(
  string(),
  pipe(string(DESCRIPTIONS), regex(/^[^\p{Cc}]{1,200}$/u, DESCRIPTIONS)),
  DESCRIPTIONS,
);

const onDestroy = picklist(['refuse', 'delete'], expecting('"refuse" or "delete"'));

const maxAuthAgeSeconds = wholeNumber(60, 2_592_000, 'whole seconds from 60 to 2592000 (30 days)');

/** The keys of the configuration. */
export const appPasswordEntries = {
  appPasswords: optional(flag, false),
  appPasswordsSecret: optional(secretId),
  appPasswordsClientId: optional(clientId),
  appPasswordClients: optional(clients),
  maxAuthAgeSeconds: optional(maxAuthAgeSeconds),
  authTimeClaim: optional(claim, 'login_time'),
  scopeDescriptions: optional(descriptions, {}),
  appPasswordsOrigins: optional(origins, []),
  appPasswordsEventBus: optional(eventBus),
  appPasswordsOnDestroy: optional(onDestroy, 'refuse'),
};

/** What each key means. */
export const APP_PASSWORD_MEANINGS: Readonly<Record<keyof typeof appPasswordEntries, KeyMeaning>> = {
  appPasswords: {
    meaning: 'let users create, see and delete their own app specific passwords, see [app passwords](app-passwords.md)',
  },
  appPasswordsSecret: {
    meaning:
      'the secret `{"clientId","clientSecret"}` or `{"clientId","privateKey"}` of the client that may create, read and delete app specific passwords and nothing else. Required with `appPasswords`',
    unset: 'none',
  },
  appPasswordsClientId: {
    meaning: 'the id of that client: the deployment then grants it the three scopes that it needs, and takes them back',
    unset: 'you grant the scopes',
  },
  appPasswordClients: {
    meaning:
      'the ids of the clients whose users may manage app specific passwords. The page signs in with the first. Required with `appPasswords`',
    unset: 'none',
  },
  maxAuthAgeSeconds: {
    meaning:
      'how long ago a user may have logged in to manage app specific passwords; needs `authTimeClaim` in the token',
    unset: 'the age of the login does not matter',
  },
  authTimeClaim: {
    meaning:
      'the claim with the time of the login, in epoch seconds, which an [Action](app-passwords.md) adds: Auth0 reserves `auth_time`',
  },
  scopeDescriptions: {
    meaning:
      'what the page calls each scope, such as `{"read:foo":"Read foos"}`; a scope without a text is shown as it is',
  },
  appPasswordsOrigins: {
    meaning: "origins of other pages that may use the self-service API. The deployment's own page is always allowed",
  },
  appPasswordsEventBus: {
    meaning: 'the name or ARN of an event bus that receives an event for each password created, deleted or expired',
    unset: 'no events',
  },
  appPasswordsOnDestroy: {
    meaning: 'what `cdk destroy` does while passwords with an expiry exist: `refuse`, or `delete` them at the tenant',
  },
};

interface AppPasswordKeys {
  readonly appPasswords: boolean;
  readonly appPasswordsSecret?: string | undefined;
  readonly appPasswordClients?: readonly string[] | undefined;
}

interface PageKeys {
  readonly appPasswords: boolean;
  readonly dpop: string;
  readonly mtls: string;
  readonly allowedOrganizations: readonly string[];
}

/** Why the authorizer would refuse every token of the page; `undefined` if it would not. */
export function pageTokensFault(keys: PageKeys): string | undefined {
  const { appPasswords, dpop, mtls, allowedOrganizations } = keys;
  if (!appPasswords) return undefined;
  if (dpop === 'required' || mtls === 'required') {
    return 'got dpop or mtls "required"; expected "accepted" or "off" with app passwords, because the tokens of the page are not bound to a key';
  }
  return allowedOrganizations.length === 0
    ? undefined
    : 'got allowedOrganizations; expected none with app passwords, because the page signs in without an organization';
}

/** The fault of keys that need each other; `undefined` if there is none. */
export function appPasswordsFault({ appPasswords, appPasswordsSecret, appPasswordClients }: AppPasswordKeys) {
  if (!appPasswords) return undefined;
  if (appPasswordsSecret === undefined) {
    return 'got true; set appPasswordsSecret to the secret of the client that may manage app specific passwords';
  }
  return appPasswordClients === undefined
    ? 'got true; set appPasswordClients to the ids of the clients whose users may manage app specific passwords'
    : undefined;
}

const text = pipe(string(), minLength(1));

/** For the function behind the self-service API. It alone can read the secret of its client. */
const appPasswordsSchema = exactly({
  /** The issuer of the users. Others' tokens are refused. */
  issuer,
  /** The audience of every password. */
  audience,
  /** Where the Management API is. */
  tenantUrl: managementDomain,
  /** The secret of the client that may manage app specific passwords. */
  clientSecret: secretId,
  /** The clients whose tokens are accepted. */
  clients,
  /** The scopes that the routes know: a password can have no other. */
  scopes,
  /** The table of expiries, and the secret under which its ids are computed. It does not rotate. */
  expiries: strictObject({ table: text, digestSecret: secretId }),
  /** The table of limits. */
  limitTable: text,
  /** The marks of the revocation, its queue, how long an authorizer may trust one reading of a mark, and how long a gateway may cache. */
  revocation: strictObject({
    table: text,
    queueUrl: text,
    seconds: revocationSeconds,
    gatewayTtlSeconds: wholeNumber(0, 3600, 'whole seconds from 0 to 3600'),
  }),
  maxAuthAgeSeconds: optional(maxAuthAgeSeconds),
  authTimeClaim: claim,
  /** Origins of other pages that may read the responses. */
  origins,
  /** The event bus for notifications. */
  eventBus: optional(text),
  onDestroy,
});

/** For the function that serves the page: what the page must know. All of it is public. */
const appPasswordsPageSchema = exactly({
  issuer,
  audience,
  /** The client with which the page signs in. */
  clientId,
  /** The scopes that a password can have. */
  scopes,
  scopeDescriptions: descriptions,
  /** How long ago the login may be. */
  maxAuthAgeSeconds: optional(maxAuthAgeSeconds),
  /** A URL of the API, for the command that tries a new password. @default the audience */
  exampleUrl: optional(pipe(string(), regex(/^https?:\/\/[\x21\x23-\x26\x28-\x7E]{1,2000}$/))),
  /** The scopes with which that command works: one of these lists is enough. @default every password works */
  exampleScopes: optional(array(scopes)),
});

export type AppPasswordsConfiguration = InferOutput<typeof appPasswordsSchema>;
export type AppPasswordsPageConfiguration = InferOutput<typeof appPasswordsPageSchema>;

/** The lists of scopes with each of which a route can be called, for `exampleScopes`. */
export function scopeLists(setting: RouteSetting): readonly (readonly string[])[] {
  if (setting === 'public') return [[]];
  const requirement = requirementOf(setting);
  return 'allOf' in requirement ? [requirement.allOf] : requirement.anyOf.map((scope) => [scope]);
}

/** @throws ConfigurationError `configuration_invalid` with every fault */
export function parseAppPasswordsConfiguration(config: string): AppPasswordsConfiguration {
  return parse(appPasswordsSchema, parseJson(config), 'The CONFIG of the app passwords');
}

/** @throws ConfigurationError `configuration_invalid` with every fault */
export function parseAppPasswordsPageConfiguration(config: string): AppPasswordsPageConfiguration {
  return parse(appPasswordsPageSchema, parseJson(config), 'The CONFIG of the page');
}
