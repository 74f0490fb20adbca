/** Serves the metadata of an HTTP API, which has no responses of its own. The metadata is public; the function has access to nothing. */
import { parseResourceMetadataConfiguration } from '../../src/config/function-configurations.ts';
import { isJsonObject } from '../../src/core/json.ts';
import { type MetadataResponse, metadataResponse } from '../../src/resource-metadata/response.ts';

// biome-ignore lint/style/noProcessEnv: the function's only configuration.
const { document } = parseResourceMetadataConfiguration(process.env.CONFIG ?? '');

const METHOD_NOT_ALLOWED: MetadataResponse = { statusCode: 405, headers: { Allow: 'GET, OPTIONS' }, body: '' };

/** Responds to an event of an HTTP API, payload version 2.0. */
export async function handler(event: unknown): Promise<MetadataResponse> {
  return metadataResponse(methodOf(event), document) ?? METHOD_NOT_ALLOWED;
}

function methodOf(event: unknown): string {
  const context = isJsonObject(event) && isJsonObject(event.requestContext) ? event.requestContext : {};
  const method = isJsonObject(context.http) ? context.http.method : undefined;
  return typeof method === 'string' ? method : '';
}
