/** The schemas of configuration values, each with its error message. */
import {
  array,
  boolean,
  check,
  integer,
  literal,
  maxLength,
  maxValue,
  minLength,
  minValue,
  number,
  optional,
  picklist,
  pipe,
  record,
  regex,
  safeInteger,
  strictObject,
  string,
  transform,
  union,
} from 'valibot';
import { ACTOR_KEY, claimKey, PRINCIPAL_KEYS } from '../core/principal.ts';
import { RouteMap } from '../core/routes.ts';
import { canonicalIssuer } from '../core/secure-url.ts';
import { expecting, faultFree, withoutFault } from './parse.ts';

const ISSUER = expecting('an https URL that ends in "/", such as "https://tenant.auth0.com/" (http for loopback only)');

/** An issuer: compared exactly, so its final slash and its spelling matter. */
export const issuer = pipe(
  string(ISSUER),
  check(
    (text) => issuerFault(text) === undefined,
    (issue) => issuerFault(issue.input) ?? '',
  ),
);

/** Describes what is wrong with the URL of an Auth0 tenant as an issuer; `undefined` if nothing is. */
export function issuerFault(text: string): string | undefined {
  if (text.endsWith('/') && canonicalIssuer(text) === text) return undefined;
  return spellingFault(text) ?? ISSUER({ received: `"${text}"` });
}

/**
 * Checks the spelling of an issuer: it must be the one that tokens use.
 *
 * @returns what is wrong; `undefined` if nothing is, or if the text is not an issuer at all
 */
export function spellingFault(text: string): string | undefined {
  const canonical = canonicalIssuer(text);
  if (canonical === undefined || canonical === text) return undefined;
  return `got ${JSON.stringify(text)}; expected the canonical spelling "${canonical}", because the "iss" of tokens is compared with it exactly`;
}

/** A string. On a command line a string of digits looks like a number, so that is accepted too, unless digits may be lost. */
export function text(message: ReturnType<typeof expecting>) {
  return union([string(), pipe(number(), safeInteger(), transform(String))], message);
}

const AUDIENCE = expecting(
  'the identifier of the resource server, a string of 1 to 400 printable ASCII characters without spaces',
);

/** A resource server's identifier. Its length is limited because a client assertion contains it twice. */
export const audience = pipe(text(AUDIENCE), regex(/^[\x21-\x7E]{1,400}$/, AUDIENCE));

const SECRET = expecting('the name or ARN of a secret in Secrets Manager');

/** @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html for a name's characters */
export const secretId = pipe(text(SECRET), check(...withoutFault(SECRET, secretIdFault)));

const SECRET_ARN = {
  service: 'secretsmanager',
  resource: /^secret:[A-Za-z0-9/_+=.@-]{1,512}$/,
  resourceWords: '"secret:" and the name of a secret',
};

function secretIdFault(id: string): string | undefined {
  if (id.startsWith('arn:')) return arnFault(id, SECRET_ARN);
  if (id.length > 512) return 'a name has at most 512 characters';
  return /^[A-Za-z0-9/_+=.@-]+$/.test(id) ? undefined : 'a name may contain letters, digits and /_+=.@- only';
}

export const flag = boolean(expecting('true or false'));

export const basicOrder = picklist(
  ['auto', 'password-first', 'introspect-first'],
  expecting('"auto", "password-first" or "introspect-first"'),
);

/** Whole seconds from 0 to a maximum. */
export function seconds(maximum: number) {
  return wholeNumber(0, maximum, `whole seconds from 0 to ${maximum}`);
}

/** A whole number in a range. The expectation is for the error message. */
export function wholeNumber(minimum: number, maximum: number, expectation: string) {
  const message = expecting(expectation);
  return pipe(number(message), integer(message), minValue(minimum, message), maxValue(maximum, message));
}

const SCOPE = expecting('a scope without spaces or quotes, such as "read:foo"');
const scope = pipe(string(SCOPE), regex(/^[\x21\x23-\x5B\x5D-\x7E]+$/, SCOPE));

export const scopes = array(scope, expecting('a list of scopes'));

const AUDIENCES = expecting('a list of at most 9 identifiers, each once, such as ["https://old.api"]');

/** More identifiers of the same API. Each of them can cost a request to the issuer. */
export const audiences = pipe(
  array(audience, AUDIENCES),
  maxLength(9, AUDIENCES),
  check((list) => new Set(list).size === list.length, AUDIENCES),
);

/** Whether a token may or must be bound to a key (RFC 9449) or a certificate (RFC 8705) of its holder. */
export const binding = picklist(['off', 'accepted', 'required'], expecting('"off", "accepted" or "required"'));

const PUBLIC_URL = expecting(
  'an https URL without query and fragment, and with a path without a final slash, such as "https://api.example.com" (http for loopback only)',
);

/** The URL at which callers see the API: its origin, and the path before the API's own paths. */
export const publicUrl = pipe(
  string(PUBLIC_URL),
  check((text) => {
    const canonical = canonicalIssuer(text);
    return canonical !== undefined && canonical === text && (!text.endsWith('/') || new URL(text).pathname === '/');
  }, PUBLIC_URL),
);

const TOKEN_USERS = expecting('a list of at most 20 user names without colons, such as ["token", "oauth2"]');

/** RFC 7617 section 2: a user name has no colon and no control characters. */
export const tokenUsers = pipe(
  array(pipe(string(TOKEN_USERS), regex(/^[^:\p{Cc}]{1,100}$/u, TOKEN_USERS)), TOKEN_USERS),
  maxLength(20, TOKEN_USERS),
);

const CLAIM_NAMES = expecting('a list of at most 20 names of claims, such as ["https://demo.api/roles", "email"]');

/** The name of a claim. Refuses names without a letter or digit, and `__proto__` and the like, which plain objects lose. */
export function claimName(message: ReturnType<typeof expecting>) {
  return pipe(
    string(message),
    regex(/^(?!__proto__$|constructor$|prototype$)(?=.*[a-z\d])[\x21-\x7E]{1,200}$/i, message),
  );
}

export const claimNames = pipe(
  array(claimName(CLAIM_NAMES), CLAIM_NAMES),
  maxLength(20, CLAIM_NAMES),
  check(...faultFree(claimNamesFault)),
);

function claimNamesFault(names: string[]): string | undefined {
  const received = [...PRINCIPAL_KEYS, ACTOR_KEY].find((key) => names.includes(key));
  if (received !== undefined) return `the backend always receives "${received}"; remove it`;
  const keys = names.map(claimKey);
  const same = keys.find((key, index) => keys.indexOf(key) < index);
  return same && `two of them would be "${same}" for the backend; remove one`;
}

const ORGANIZATIONS = expecting('a list of at most 100 ids of organizations, such as ["org_9ybsU1dN2dKfDkBi"]');

export const organizations = pipe(
  array(pipe(string(ORGANIZATIONS), regex(/^[\x21-\x7E]{1,100}$/, ORGANIZATIONS)), ORGANIZATIONS),
  maxLength(100, ORGANIZATIONS),
);

const ROUTE = expecting(
  'a list of scopes (all of them), {"allOf": [...]}, {"anyOf": [...]}, each of these two perhaps with an "audience", or "public"',
);
const routeSetting = union(
  [
    scopes,
    strictObject({ allOf: scopes, audience: optional(audience) }),
    strictObject({ anyOf: pipe(scopes, minLength(1, ROUTE)), audience: optional(audience) }),
    literal('public'),
  ],
  ROUTE,
);

const ROUTE_KEY = expecting('a method or ANY, a space and a path, such as "GET /foo/{id}" or "ANY /{proxy+}"');

const ROUTES = expecting('an object with at least one route, such as {"GET /foo": ["read:foo"]}');

/** Routes with their requirements. */
export const routes = pipe(
  record(pipe(string(), check(isRouteKey, ROUTE_KEY)), routeSetting, ROUTES),
  check((settings) => Object.keys(settings).length > 0, ROUTES),
);

/** Uses the route map's own parser. */
function isRouteKey(key: string): boolean {
  try {
    return Boolean(new RouteMap({ [key]: [] }));
  } catch {
    return false;
  }
}

/** How long a container trusts a reading of the revocation marks. */
export const revocationSeconds = wholeNumber(1, 60, 'whole seconds from 1 to 60');

interface ExpectedArn {
  /** The third part, such as `kms`. */
  readonly service: string;
  /** The last part. */
  readonly resource: RegExp;
  /** What the last part should be, such as `"key/" and the id of a key`. */
  readonly resourceWords: string;
}

/**
 * Finds the first wrong part of an ARN, so that an operator need not compare it letter by letter.
 *
 * @returns what is wrong, such as `its service is "s3", not "kms"`; `undefined` if nothing is
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
 */
export function arnFault(arn: string, { service, resource, resourceWords }: ExpectedArn): string | undefined {
  const [prefix, partition = '', ownService = '', region = '', account = '', ...rest] = arn.split(':');
  const ownResource = rest.join(':');
  if (prefix !== 'arn') return 'it does not start with "arn:"';
  if (rest.length === 0) return 'it has fewer than six parts';
  if (!/^aws[a-z-]*$/.test(partition)) return `its partition is ${quoted(partition)}, not "aws"`;
  if (ownService !== service) return `its service is ${quoted(ownService)}, not "${service}"`;
  if (!/^[a-z]+(?:-[a-z0-9]+)+$/.test(region)) return `its Region is ${quoted(region)}`;
  if (!/^\d{12}$/.test(account)) return `its account is ${quoted(account)}, not 12 digits`;
  return resource.test(ownResource) ? undefined : `its resource is ${quoted(ownResource)}, not ${resourceWords}`;
}

function quoted(part: string): string {
  return part === '' ? 'empty' : JSON.stringify(part.length > 60 ? `${part.slice(0, 60)}…` : part);
}
