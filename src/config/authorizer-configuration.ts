/**
 * The authorizer's own configuration: what the deployment passes to the function, as JSON in the environment variable
 * `CONFIG`. It contains names of secrets, but no secret.
 */
import { forward, type InferOutput, optional, partialCheck, pipe } from 'valibot';
import { parseJson } from '../core/json.ts';
import { audience, basicOrder, flag, issuer, routes, scopes, seconds, secretId } from './fields.ts';
import { mainIssuerFault, otherIssuers } from './issuers.ts';
import { exactly, faultFree, parse } from './parse.ts';

/** Each default is the one documented for the configuration key of the same name. */
export const authorizerEntries = {
  issuer,
  /** Accepted besides the main issuer. Passwords are checked at the main issuer only. */
  issuers: optional(otherIssuers, []),
  audience,
  routes: optional(routes, {
    'GET /foo': ['read:foo'],
    'POST /foo': ['create:foo'],
    'PATCH /foo': ['update:foo'],
    'DELETE /foo': ['delete:foo'],
    'GET /whoami': [],
  }),
  basicOrder: optional(basicOrder, 'auto'),
  permissionsAsScopes: optional(flag, false),
  introspectJwts: optional(flag, false),
  cacheTtlSeconds: optional(seconds(86_400), 300),
  negativeTtlSeconds: optional(seconds(3600), 10),
  staleIfErrorSeconds: optional(seconds(86_400), 0),
  uncachedScopes: optional(scopes, []),
  /** Write `sub` to the log as it is, instead of a digest of it. */
  logSubject: optional(flag, false),
};

const keys = exactly({
  ...authorizerEntries,
  /** The secret with the private signing JWK. */
  signingKeySecret: secretId,
  /** The secret with the password grant's client; without it Basic accepts app specific passwords only. */
  passwordGrantSecret: optional(secretId),
});

const schema = pipe(keys, forward(partialCheck([['issuer'], ['issuers']], ...faultFree(mainIssuerFault)), ['issuers']));

export type AuthorizerConfiguration = InferOutput<typeof schema>;

/**
 * Parses the text of `CONFIG`.
 *
 * @throws ConfigurationError `configuration_invalid` with every fault
 */
export function parseAuthorizerConfiguration(text: string): AuthorizerConfiguration {
  return parse(schema, parseJson(text), 'The CONFIG of the authorizer');
}
