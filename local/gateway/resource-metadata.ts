/** Responds for the metadata of the API, as a mock integration does: without an authorizer. */
import { RESOURCE_METADATA_HEADERS, type ResourceMetadataDocument } from '../../src/resource-metadata/document.ts';
import type { ApiResponse, IncomingCall } from './api.ts';

/** The metadata that an API serves. */
export interface ServedMetadata {
  /** Where clients look for it. */
  readonly url: string;
  /** Where the API serves it. */
  readonly path: string;
  readonly document: ResourceMetadataDocument;
}

/** @returns `undefined` if the request is for something else */
export function metadataResponse(
  metadata: ServedMetadata | undefined,
  { method, path }: Pick<IncomingCall, 'method' | 'path'>,
): ApiResponse | undefined {
  if (metadata?.path !== path) return undefined;
  if (method === 'GET') {
    return { statusCode: 200, headers: RESOURCE_METADATA_HEADERS, body: JSON.stringify(metadata.document) };
  }
  if (method !== 'OPTIONS') return undefined;
  const headers = {
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Allow-Methods': 'OPTIONS,GET',
    'Access-Control-Allow-Headers': '*',
  };
  return { statusCode: 204, headers, body: '' };
}
