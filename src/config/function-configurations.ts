/**
 * The configurations of all functions but the authorizer. The deployment writes each as JSON into the function's
 * environment variable `CONFIG`, and the function parses it when it starts. They contain names of secrets, but no
 * secret.
 */
import {
  array,
  type InferOutput,
  looseObject,
  minLength,
  optional,
  picklist,
  pipe,
  strictObject,
  string,
  union,
} from 'valibot';
import { parseJson } from '../core/json.ts';
import { backendUrl, jwksCacheSeconds, keyDelivery, keyFormat, managementDomain } from './deployment-fields.ts';
import { audience, audiences, issuer, revocationSeconds, secretId, wholeNumber } from './fields.ts';
import { otherIssuer } from './issuers.ts';
import { exactly, expecting, parse } from './parse.ts';

const text = pipe(string(), minLength(1));

/** Two years: longer than any cached result or JWT should live. */
const MOST_KEPT_SECONDS = 63_072_000;

/** The secret with the private signing JWK. */
const signingKeySecret = secretId;
/** The table of the shared state: the public keys, and the records of what the tenant held before. */
const stateTable = text;

/** The tenant, and the client that may change it. */
const tenantEntries = {
  /** Where the Management API is. */
  tenantUrl: managementDomain,
  /** The secret of the management client. */
  managementSecret: secretId,
  /** The issuer of the tokens, whose introspection endpoint is probed. */
  issuer,
};

/** For the functions that make a signing key: the resource server's, or that of principal tokens. */
const signingKeySchema = exactly({ signingKeySecret, stateTable });

/** For the functions that serve public keys: those of the resource server (RSA), or those of principal tokens (EC). */
const jwksSchema = exactly({ stateTable, jwksCacheSeconds, keyType: optional(picklist(['RSA', 'EC']), 'RSA') });

/**
 * For the function that sets the tenant up. The tenant and the secrets are here and not in the events, so that nobody who
 * calls the function can make it send a secret somewhere else.
 */
const setupSchema = exactly({
  ...tenantEntries,
  stateTable,
  /** Read only if the tenant does not show the key that it accepted. */
  signingKeySecret,
  /** The secret of the client that logs users in; read for warnings only. */
  passwordGrantSecret: optional(secretId),
});

/** For the function that changes the signing key. */
const rotationSchema = exactly({
  ...tenantEntries,
  stateTable,
  signingKeySecret,
  audience,
  /** Other resource servers of the same API, with the same key. */
  audiences: optional(audiences, []),
  keyDelivery,
  keyFormat,
  /** Where the JWKS is served. */
  jwksUrl: optional(text),
  jwksCacheSeconds,
});

/** For the function in front of an operator's own backend. */
const backendProxySchema = exactly({
  /** Its path is put in front of the path of each request. */
  backendUrl,
  /** The secret by which the backend recognizes this API. */
  gatewaySecret: secretId,
});

const STAGES = expecting('a list of {"restApiId","stageName"} and {"httpApiId","stageName"}');

/** For the function behind the revocation queue. */
const revocationSchema = exactly({
  /** Of all users that a message can name. */
  issuer: otherIssuer,
  /** The table of the marks. */
  table: text,
  /** The function's own queue, for messages that are due later. */
  queueUrl: text,
  /** How long an authorizer may trust one reading of a mark. */
  revocationSeconds,
  /** How long a mark is kept. */
  keptSeconds: wholeNumber(1, MOST_KEPT_SECONDS, `whole seconds from 1 to ${MOST_KEPT_SECONDS}`),
  /** The stages whose caches are flushed. */
  stages: array(
    union(
      [strictObject({ restApiId: text, stageName: text }), strictObject({ httpApiId: text, stageName: text })],
      STAGES,
    ),
    STAGES,
  ),
});

/** For the function that serves the metadata of an HTTP API: the document of RFC 9728. */
const resourceMetadataSchema = exactly({
  document: looseObject({
    resource: text,
    authorization_servers: array(text),
    bearer_methods_supported: array(text),
  }),
});

export type SigningKeyConfiguration = InferOutput<typeof signingKeySchema>;
export type JwksConfiguration = InferOutput<typeof jwksSchema>;
export type SetupConfiguration = InferOutput<typeof setupSchema>;
export type RotationConfiguration = InferOutput<typeof rotationSchema>;
export type BackendProxyConfiguration = InferOutput<typeof backendProxySchema>;
export type ResourceMetadataConfiguration = InferOutput<typeof resourceMetadataSchema>;
export type RevocationConfiguration = InferOutput<typeof revocationSchema>;

/**
 * Parses the text of `CONFIG`.
 *
 * @throws ConfigurationError `configuration_invalid` with every fault
 */
type Parse<Configuration> = (config: string) => Configuration;

export const parseSigningKeyConfiguration: Parse<SigningKeyConfiguration> = (config) =>
  parse(signingKeySchema, parseJson(config), 'The CONFIG of the signing key');

export const parseJwksConfiguration: Parse<JwksConfiguration> = (config) =>
  parse(jwksSchema, parseJson(config), 'The CONFIG of the JWKS');

export const parseSetupConfiguration: Parse<SetupConfiguration> = (config) =>
  parse(setupSchema, parseJson(config), 'The CONFIG of the Auth0 set-up');

export const parseRotationConfiguration: Parse<RotationConfiguration> = (config) =>
  parse(rotationSchema, parseJson(config), 'The CONFIG of the key rotation');

export const parseBackendProxyConfiguration: Parse<BackendProxyConfiguration> = (config) =>
  parse(backendProxySchema, parseJson(config), 'The CONFIG of the backend proxy');

export const parseRevocationConfiguration: Parse<RevocationConfiguration> = (config) =>
  parse(revocationSchema, parseJson(config), 'The CONFIG of the revocations');

export const parseResourceMetadataConfiguration: Parse<ResourceMetadataConfiguration> = (config) =>
  parse(resourceMetadataSchema, parseJson(config), 'The CONFIG of the metadata');
