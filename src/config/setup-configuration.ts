/**
 * The configuration of the function that sets the tenant up: its environment variable `CONFIG`. The tenant and the secrets
 * are set here, not in the events: whoever may call the function cannot make it send a secret somewhere else.
 */
import { type InferOutput, minLength, optional, pipe, string } from 'valibot';
import { parseJson } from '../core/json.ts';
import { managementDomain } from './deployment-fields.ts';
import { issuer, secretId } from './fields.ts';
import { exactly, parse } from './parse.ts';

const schema = exactly({
  /** Where the Management API lives. */
  tenantUrl: managementDomain,
  /** The secret `{"clientId","clientSecret"}` of the management client. */
  managementSecret: secretId,
  /** The secret of the client that logs users in; read for warnings only. */
  passwordGrantSecret: optional(secretId),
  /** The issuer of the tokens. Its introspection endpoint is probed, for warnings only. */
  issuer,
  /** The table of the shared state. */
  stateTable: pipe(string(), minLength(1)),
});

export type SetupConfiguration = InferOutput<typeof schema>;

/**
 * Parses the text of `CONFIG`.
 *
 * @throws ConfigurationError `configuration_invalid` with every fault
 */
export function parseSetupConfiguration(text: string): SetupConfiguration {
  return parse(schema, parseJson(text), 'The CONFIG of the Auth0 set-up');
}
