/**
 * The authorizer's own configuration: what the deployment passes to the function, as JSON in the environment variable
 * `CONFIG`, and the routes as a file if they are too large for it. It contains names of secrets, but no secret.
 */
import { forward, type InferOutput, minLength, optional, partialCheck, pipe, strictObject, string } from 'valibot';
import { isJsonObject, parseJson } from '../core/json.ts';
import { AUTHORIZER_DEFAULTS, ROUTES_FILE } from './defaults.ts';
import {
  audience,
  audiences,
  basicOrder,
  binding,
  claimNames,
  flag,
  issuer,
  organizations,
  publicUrl,
  revocationSeconds,
  routes,
  scopes,
  seconds,
  secretId,
  tokenUsers,
} from './fields.ts';
import { authorizationServer, mainIssuerFault, mainIssuerSpellingFault, otherIssuer, otherIssuers } from './issuers.ts';
import { exactly, faultFree, parse } from './parse.ts';
import { routeAudienceFault } from './route-faults.ts';
import { viewerAddressFault, viewerAddressHeader } from './viewer-address.ts';

/** Each default is the one documented for the configuration key of the same name. */
export const authorizerEntries = {
  issuer,
  /** Accepted besides the main issuer. Passwords are checked at the main issuer only. */
  issuers: optional(otherIssuers, []),
  audience,
  /** Accepted besides the main audience. */
  audiences: optional(audiences, []),
  routes: optional(routes, AUTHORIZER_DEFAULTS.routes),
  basicOrder: optional(basicOrder, AUTHORIZER_DEFAULTS.basicOrder),
  /** The user names under which a Basic secret is a token. */
  basicTokenUsers: optional(tokenUsers, []),
  /** Tokens bound to a key (RFC 9449). */
  dpop: optional(binding, AUTHORIZER_DEFAULTS.binding),
  /** Tokens bound to a client certificate (RFC 8705). */
  mtls: optional(binding, AUTHORIZER_DEFAULTS.binding),
  publicUrl: optional(publicUrl),
  allowedOrganizations: optional(organizations, []),
  contextClaims: optional(claimNames, []),
  permissionsAsScopes: optional(flag, false),
  introspectJwts: optional(flag, false),
  cacheTtlSeconds: optional(seconds(86_400), AUTHORIZER_DEFAULTS.cacheTtlSeconds),
  negativeTtlSeconds: optional(seconds(3600), AUTHORIZER_DEFAULTS.negativeTtlSeconds),
  staleIfErrorSeconds: optional(seconds(86_400), 0),
  uncachedScopes: optional(scopes, []),
  /** The header with the viewer's address, if a CDN stands in front of the API. */
  viewerAddressHeader: optional(viewerAddressHeader),
  /** The secret with which the CDN proves that a request came through it. */
  originSecret: optional(secretId),
  /** Write `sub` to the log as it is, instead of a digest of it. */
  logSubject: optional(flag, false),
};

const name = pipe(string(), minLength(1));

const keys = exactly({
  ...authorizerEntries,
  issuer: otherIssuer,
  /** The endpoints of the main issuer, if it is not Auth0. */
  authorizationServer: optional(authorizationServer),
  /** The secret with the private signing JWK. */
  signingKeySecret: secretId,
  /** The secret with the password grant's client; without it Basic accepts app specific passwords only. */
  passwordGrantSecret: optional(secretId),
  /** The cache that all containers share: its table, and the secret from which its keys are derived. */
  sharedCache: optional(strictObject({ table: name, pepperSecret: secretId })),
  /** The table of revocation marks, and how long one reading of it is trusted. */
  revocation: optional(strictObject({ table: name, seconds: revocationSeconds, revokeJwts: flag })),
  /** The table in which the proofs of DPoP are recorded, so that none is accepted twice. */
  proofTable: optional(name),
  /** The table of the expiries of app specific passwords, and the secret under which its ids are computed. */
  expiries: optional(strictObject({ table: name, digestSecret: secretId })),
  /** The REST API with which users manage app specific passwords, and the scope that all of it requires. `routes` does not apply to it. */
  appPasswordsApi: optional(strictObject({ id: name, scope: name })),
  /** The URL of the metadata that a 403 names, by which clients find the issuer (RFC 9728). */
  resourceMetadataUrl: optional(name),
  /** Accept a token in the subprotocols of a WebSocket. */
  webSocketSubprotocols: optional(flag, false),
  /** The signed principal for the backend: the secret with its key, its `iss` and `aud`, and its lifetime. */
  principalToken: optional(
    strictObject({ keySecret: secretId, issuer: name, audience: name, gatewayTtlSeconds: seconds(3600) }),
  ),
});

const schema = pipe(
  keys,
  forward(partialCheck([['issuer'], ['authorizationServer']], ...faultFree(mainIssuerSpellingFault)), ['issuer']),
  forward(partialCheck([['authorizationServer'], ['passwordGrantSecret']], ...faultFree(passwordGrantFault)), [
    'passwordGrantSecret',
  ]),
  forward(partialCheck([['issuer'], ['issuers']], ...faultFree(mainIssuerFault)), ['issuers']),
  forward(partialCheck([['audience'], ['audiences']], ...faultFree(mainAudienceFault)), ['audiences']),
  forward(partialCheck([['audience'], ['audiences'], ['routes']], ...faultFree(routeAudienceFault)), ['routes']),
  forward(partialCheck([['dpop'], ['mtls']], ...faultFree(bindingFault)), ['mtls']),
  forward(partialCheck([['viewerAddressHeader'], ['originSecret']], ...faultFree(viewerAddressFault)), [
    'viewerAddressHeader',
  ]),
);

/** Checks that `audiences` does not repeat the main `audience`. */
export function mainAudienceFault({ audience, audiences }: { audience: string; audiences: readonly string[] }) {
  return audiences.includes(audience)
    ? `${JSON.stringify(audience)} is already the main "audience"; remove it from "audiences"`
    : undefined;
}

/** An Auth0 tenant binds the tokens of an API in one way, so no caller could meet both requirements. */
export function bindingFault({ dpop, mtls }: { dpop: string; mtls: string }): string | undefined {
  return dpop === 'required' && mtls === 'required'
    ? 'got "required", and dpop is "required" too; expected "accepted" for one of them, because a tenant binds the tokens of an API in one way'
    : undefined;
}

interface PasswordGrantKeys {
  readonly authorizationServer?: object | undefined;
  readonly passwordGrantSecret?: string | undefined;
}

/** How a login is refused is known for Auth0 only, and a wrong reading could let somebody in or lock somebody out. */
function passwordGrantFault({ authorizationServer: server, passwordGrantSecret }: PasswordGrantKeys) {
  return server === undefined || passwordGrantSecret === undefined
    ? undefined
    : 'expected none, because logins with a password work with Auth0 only; remove it, or remove "authorizationServer"';
}

export type AuthorizerConfiguration = InferOutput<typeof schema>;

/**
 * Parses the text of `CONFIG`.
 *
 * @param readFile reads a file that was deployed with the function. Where `CONFIG` holds the name of a file instead of the routes,
 *   the routes are in that file
 * @throws ConfigurationError `configuration_invalid` with every fault; whatever `readFile` throws
 */
export function parseAuthorizerConfiguration(
  text: string,
  readFile?: (name: string) => string,
): AuthorizerConfiguration {
  const config = parseJson(text);
  const isInFile = readFile && isJsonObject(config) && config.routes === ROUTES_FILE;
  // Without the `null`, a file that is not JSON would mean the default routes.
  const complete = isInFile ? { ...config, routes: parseJson(readFile(ROUTES_FILE)) ?? null } : config;
  return parse(schema, complete, 'The CONFIG of the authorizer');
}
