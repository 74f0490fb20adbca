/** The metadata of the local API. Its public URL is the gateway's own, unless the configuration names another one. */
import { PROOF_ALGORITHMS } from '../src/config/challenges.ts';
import { resourceMetadata } from '../src/resource-metadata/document.ts';
import { resourceMetadataPath, resourceMetadataUrl } from '../src/resource-metadata/location.ts';
import { freePort } from './deployment/free-port.ts';
import type { ServedMetadata } from './gateway/resource-metadata.ts';
import { type GatewayOptions, urlOfGateway } from './gateway/server.ts';
import type { LocalConfiguration, LocalOptions } from './options.ts';

/**
 * Completes the options of an API with metadata: its public URL is known before it starts, and is an accepted audience.
 *
 * @param audience the main audience
 */
export async function withPublicUrl(
  options: LocalOptions,
  audience: string,
  mutualTls?: GatewayOptions['mutualTls'],
): Promise<LocalOptions> {
  const { configuration } = options;
  if (!configuration.resourceMetadata) return options;
  const port = options.port === 0 ? await freePort() : options.port;
  const { publicUrl = urlOfGateway(port, mutualTls).replace(/\/$/, ''), audiences } = configuration;
  const isAudience = [audience, ...audiences].includes(publicUrl);
  const completed = { publicUrl, audiences: isAudience ? audiences : [...audiences, publicUrl] };
  return { ...options, port, configuration: { ...configuration, ...completed } };
}

/** What the local gateway serves; `undefined` without `resourceMetadata`. */
export function servedMetadata(
  { resourceMetadata: isServed, publicUrl, ...api }: LocalConfiguration,
  issuer: string,
): ServedMetadata | undefined {
  if (!isServed || publicUrl === undefined) return undefined;
  return {
    url: resourceMetadataUrl(publicUrl),
    path: resourceMetadataPath(publicUrl),
    document: resourceMetadata({ ...api, publicUrl, issuer }, PROOF_ALGORITHMS),
  };
}
