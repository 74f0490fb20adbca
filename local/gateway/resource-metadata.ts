/** Responds for the metadata of the API, as a mock integration does: without an authorizer. */
import type { ResourceMetadataDocument } from '../../src/resource-metadata/document.ts';
import { type MetadataResponse, metadataResponse } from '../../src/resource-metadata/response.ts';
import type { IncomingCall } from './api.ts';

/** The metadata that an API serves. */
export interface ServedMetadata {
  /** Where clients look for it. */
  readonly url: string;
  /** Where the API serves it. */
  readonly path: string;
  readonly document: ResourceMetadataDocument;
}

/** Responds to a request for the metadata; `undefined` if the request is for something else. */
export function servedResponse(
  metadata: ServedMetadata | undefined,
  { method, path }: Pick<IncomingCall, 'method' | 'path'>,
): MetadataResponse | undefined {
  return metadata?.path === path ? metadataResponse(method, metadata.document) : undefined;
}
