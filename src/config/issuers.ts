/**
 * Issuers besides the main one: a custom domain besides the tenant's own, the other tenant of a migration, or any RFC
 * 7662 server. Each has keys and an introspection endpoint of its own.
 */
import {
  array,
  check,
  forward,
  type InferOutput,
  optional,
  partialCheck,
  picklist,
  pipe,
  regex,
  string,
} from 'valibot';
import { isSecureUrl } from '../core/secure-url.ts';
import { AUTHORIZER_DEFAULTS } from './defaults.ts';
import { issuerFault, secretId, spellingFault } from './fields.ts';
import { exactly, expecting, faultFree } from './parse.ts';

const URL_TEXT = expecting('an https URL (http for loopback only)');
const secureUrl = pipe(
  string(URL_TEXT),
  check((text) => isSecureUrl(text), URL_TEXT),
);

const ISSUER = expecting('an https URL without query and fragment (http for loopback only)');
/** The spelling is free here: a server that is not Auth0 may put its default port or capitals into the `iss` of its tokens. */
export const otherIssuer = pipe(
  string(ISSUER),
  check((text) => isSecureUrl(text) && !/[?#\s]/.test(text), ISSUER),
);

const CLIENT_ID = expecting('the id under which the server knows this API, 1 to 400 printable ASCII characters');

/** How the API authenticates to a server. */
const client = {
  /** `iss` and `sub` of the client assertion. @default the audience */
  clientId: optional(pipe(string(CLIENT_ID), regex(/^[\x21-\x7E]{1,400}$/, CLIENT_ID))),
  /** The secret of a client that authenticates with `client_secret_basic`, or with a key of its own. */
  clientSecret: optional(secretId),
};

const PROFILE = expecting('"auth0", or "rfc7662" together with "jwksUrl" and "introspectionUrl"');

const entry = pipe(
  exactly({
    /** Compared exactly with the `iss` of tokens. */
    issuer: otherIssuer,
    profile: optional(picklist(['auth0', 'rfc7662'], PROFILE), AUTHORIZER_DEFAULTS.profile),
    /** @default Auth0's, below the issuer */
    jwksUrl: optional(secureUrl),
    /** @default Auth0's, below the issuer */
    introspectionUrl: optional(secureUrl),
    ...client,
  }),
  forward(
    partialCheck(
      [['issuer'], ['profile']],
      ...faultFree(({ issuer, profile }: { readonly issuer: string; readonly profile: string }) =>
        profile === 'rfc7662' ? undefined : spellingFault(issuer),
      ),
    ),
    ['issuer'],
  ),
  check(
    ({ issuer, profile, jwksUrl, introspectionUrl }) =>
      profile === 'rfc7662' ? jwksUrl !== undefined && introspectionUrl !== undefined : issuer.endsWith('/'),
    'an issuer with the profile "auth0" must end in "/"; one with "rfc7662" requires "jwksUrl" and "introspectionUrl"',
  ),
  check(
    ({ clientId, clientSecret, profile }) =>
      clientSecret === undefined || (profile === 'rfc7662' && clientId === undefined),
    '"clientSecret" is only for an issuer with the profile "rfc7662", and cannot be combined with "clientId"',
  ),
);

/** The server behind the main issuer, if it is not Auth0. It must support RFC 7662. */
export const authorizationServer = pipe(
  exactly({ jwksUrl: secureUrl, introspectionUrl: secureUrl, ...client }),
  check(
    ({ clientId, clientSecret }) => clientId === undefined || clientSecret === undefined,
    '"clientId" and "clientSecret" cannot be combined: the secret contains the id of the client',
  ),
);

export interface MainIssuer {
  readonly issuer: string;
  readonly authorizationServer?: InferOutput<typeof authorizationServer> | undefined;
}

/** The URL of an Auth0 tenant has one spelling. Another server's tokens may have any. */
export function mainIssuerSpellingFault({ issuer, authorizationServer: server }: MainIssuer): string | undefined {
  return server === undefined ? issuerFault(issuer) : undefined;
}

/** An additional issuer. */
export type OtherIssuer = InferOutput<typeof entry>;

export const otherIssuers = pipe(
  array(entry, expecting('a list of issuers such as [{"issuer":"https://login.example.com/"}]')),
  check(
    (entries) => repeated(entries) === undefined,
    ({ input }) => `${shown(repeated(input))} is listed twice; keep one entry for each issuer`,
  ),
);

interface NamesIssuer {
  readonly issuer: string;
}

/** Checks that `issuers` does not repeat the main `issuer`. Returns the fault; `undefined` if there is none. */
export function mainIssuerFault({ issuer, issuers }: NamesIssuer & { readonly issuers: readonly NamesIssuer[] }) {
  const same = issuers.find((other) => isSame(other, { issuer }));
  return same && `${shown(same)} is already the main "issuer"; remove it from "issuers"`;
}

function repeated(entries: readonly NamesIssuer[]): NamesIssuer | undefined {
  return entries.find((entry, index) => entries.slice(0, index).some((earlier) => isSame(earlier, entry)));
}

/** One server has one entry, however its URL is written: a second entry would see the tokens of the first. */
function isSame(one: NamesIssuer, other: NamesIssuer): boolean {
  return normalized(one) === normalized(other);
}

function normalized({ issuer }: NamesIssuer): string {
  return (URL.canParse(issuer) ? new URL(issuer).href : issuer).replace(/\/$/, '');
}

/** Removes the user and password that a wrong URL may contain. */
function shown(entry: NamesIssuer | undefined): string {
  return JSON.stringify(entry?.issuer.replace(/\/\/[^/]*@/, '//…@'));
}
