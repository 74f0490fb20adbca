/** The configuration of the function that serves the public keys: its environment variable `CONFIG`. */
import { type InferOutput, minLength, pipe, string } from 'valibot';
import { parseJson } from '../core/json.ts';
import { jwksCacheSeconds } from './deployment-fields.ts';
import { exactly, parse } from './parse.ts';

const schema = exactly({
  /** The table of the shared state, which holds the public halves. */
  stateTable: pipe(string(), minLength(1)),
  jwksCacheSeconds,
});

export type JwksConfiguration = InferOutput<typeof schema>;

/**
 * Parses the text of `CONFIG`.
 *
 * @throws ConfigurationError `configuration_invalid` with every fault
 */
export function parseJwksConfiguration(text: string): JwksConfiguration {
  return parse(schema, parseJson(text), 'The CONFIG of the JWKS');
}
