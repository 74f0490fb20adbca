/** The configuration of the function that makes the signing key: its environment variable `CONFIG`. It names secrets and holds none. */
import { type InferOutput, minLength, pipe, string } from 'valibot';
import { parseJson } from '../core/json.ts';
import { secretId } from './fields.ts';
import { exactly, parse } from './parse.ts';

const schema = exactly({
  /** The secret for the private half; its first value does not matter. */
  signingKeySecret: secretId,
  /** The table of the shared state, for the public half. */
  stateTable: pipe(string(), minLength(1)),
});

export type SigningKeyConfiguration = InferOutput<typeof schema>;

/**
 * Parses the text of `CONFIG`.
 *
 * @throws ConfigurationError `configuration_invalid` with every fault
 */
export function parseSigningKeyConfiguration(text: string): SigningKeyConfiguration {
  return parse(schema, parseJson(text), 'The CONFIG of the signing key');
}
