/** The configuration of the function that stands before an operator's own backend: its environment variable `CONFIG`. */
import type { InferOutput } from 'valibot';
import { parseJson } from '../core/json.ts';
import { backendUrl } from './deployment-fields.ts';
import { secretId } from './fields.ts';
import { exactly, parse } from './parse.ts';

const schema = exactly({
  /** The backend's URL; a path in it goes before that of each request. */
  backendUrl,
  /** The secret that the backend knows this API by. */
  gatewaySecret: secretId,
});

export type BackendProxyConfiguration = InferOutput<typeof schema>;

/**
 * Parses the text of `CONFIG`.
 *
 * @throws ConfigurationError `configuration_invalid` with every fault
 */
export function parseBackendProxyConfiguration(text: string): BackendProxyConfiguration {
  return parse(schema, parseJson(text), 'The CONFIG of the backendUrl proxy');
}
