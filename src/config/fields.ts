/** The schemas of configuration values, each with its error message. */
import {
  array,
  boolean,
  check,
  integer,
  literal,
  maxValue,
  minLength,
  minValue,
  number,
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
import { RouteMap } from '../core/routes.ts';
import { canonicalIssuer } from '../core/secure-url.ts';
import { arnFault } from './arns.ts';
import { expecting, withoutFault } from './parse.ts';

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

const ROUTE = expecting('a list of scopes (all of them), {"anyOf": [...]} or "public"');
const routeSetting = union(
  [scopes, strictObject({ anyOf: pipe(scopes, minLength(1, ROUTE)) }), literal('public')],
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
