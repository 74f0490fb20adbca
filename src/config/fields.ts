/** The types of configuration values, each with the words for what is wanted. */
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
  strictObject,
  string,
  union,
} from 'valibot';
import { RouteMap } from '../core/routes.ts';
import { canonicalIssuer } from '../core/secure-url.ts';
import { wanted } from './parse.ts';

const ISSUER = wanted('an https URL that ends in "/", such as "https://tenant.auth0.com/" (http for loopback only)');

/** An issuer: compared exactly, so its final slash and its spelling matter. */
export const issuer = pipe(
  string(ISSUER),
  check((text) => text.endsWith('/') && isCanonicalIssuer(text), unlessCanonical(ISSUER)),
);

/** Reports whether a text is an issuer in the spelling that tokens carry. */
export function isCanonicalIssuer(text: string): boolean {
  return canonicalIssuer(text) === text;
}

/** Makes the message for an issuer that is not valid: its canonical spelling if it only differs in that. */
export function unlessCanonical(message: ReturnType<typeof wanted>) {
  return (issue: { readonly input: string; readonly received: string }): string => {
    const canonical = canonicalIssuer(issue.input);
    if (canonical === undefined || canonical === issue.input) return message(issue);
    return wanted(`the canonical spelling "${canonical}", since the "iss" of tokens is compared with it exactly`)(
      issue,
    );
  };
}

const AUDIENCE = wanted('the identifier of the resource server, 1 to 400 printable ASCII characters');

/** A resource server's identifier. Its length is bounded by that of a client assertion, which holds it twice. */
export const audience = pipe(string(AUDIENCE), regex(/^[\x21-\x7E]{1,400}$/, AUDIENCE));

const SECRET = wanted('the name or ARN of a secret in Secrets Manager');

/** @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html for a name's characters */
export const secretId = pipe(
  string(SECRET),
  regex(/^(?:arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:)?[A-Za-z0-9/_+=.@-]{1,512}$/, SECRET),
);

export const flag = boolean(wanted('true or false'));

export const basicOrder = picklist(
  ['auto', 'password-first', 'introspect-first'],
  wanted('"auto", "password-first" or "introspect-first"'),
);

/** Whole seconds from 0 to a maximum. */
export function seconds(maximum: number) {
  return wholeNumber(0, maximum, `whole seconds from 0 to ${maximum}`);
}

/** A whole number, with the words for what is wanted. */
export function wholeNumber(minimum: number, maximum: number, expectation: string) {
  const message = wanted(expectation);
  return pipe(number(message), integer(message), minValue(minimum, message), maxValue(maximum, message));
}

const SCOPE = wanted('a scope without spaces or quotes, such as "read:foo"');
const scope = pipe(string(SCOPE), regex(/^[\x21\x23-\x5B\x5D-\x7E]+$/, SCOPE));

export const scopes = array(scope, wanted('a list of scopes'));

const ROUTE = wanted('a list of scopes (all of them), {"anyOf": [...]} or "public"');
const routeSetting = union(
  [scopes, strictObject({ anyOf: pipe(scopes, minLength(1, ROUTE)) }), literal('public')],
  ROUTE,
);

const ROUTE_KEY = wanted('a method or ANY, a space and a path, such as "GET /foo/{id}" or "ANY /{proxy+}"');

const ROUTES = wanted('an object with at least one route, such as {"GET /foo": ["read:foo"]}');

/** Routes with what they require. */
export const routes = pipe(
  record(pipe(string(), check(isRouteKey, ROUTE_KEY)), routeSetting, ROUTES),
  check((settings) => Object.keys(settings).length > 0, ROUTES),
);

/** The route map knows its own grammar. */
function isRouteKey(key: string): boolean {
  try {
    return Boolean(new RouteMap({ [key]: [] }));
  } catch {
    return false;
  }
}
