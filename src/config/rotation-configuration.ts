/** The configuration of the function that changes the signing key: its environment variable `CONFIG`. It names secrets and holds none. */
import { type InferOutput, minLength, optional, pipe, string } from 'valibot';
import { parseJson } from '../core/json.ts';
import { jwksCacheSeconds, keyDelivery, keyFormat, managementDomain } from './deployment-fields.ts';
import { audience, issuer, secretId } from './fields.ts';
import { exactly, parse } from './parse.ts';

const text = pipe(string(), minLength(1));

const schema = exactly({
  /** The secret with the private signing JWK, by its ARN. */
  signingKeySecret: secretId,
  /** The table of the shared state: the public halves, and the records of what resource servers held before. */
  stateTable: text,
  managementSecret: secretId,
  /** Where the Management API lives. */
  tenantUrl: managementDomain,
  issuer,
  audience,
  keyDelivery,
  keyFormat,
  /** Where the JWKS is served. */
  jwksUrl: optional(text),
  /** How long a server may keep the JWKS. */
  jwksCacheSeconds,
});

export type RotationConfiguration = InferOutput<typeof schema>;

/**
 * Parses the text of `CONFIG`.
 *
 * @throws ConfigurationError `configuration_invalid` with every fault
 */
export function parseRotationConfiguration(text: string): RotationConfiguration {
  return parse(schema, parseJson(text), 'The CONFIG of the key rotation');
}
