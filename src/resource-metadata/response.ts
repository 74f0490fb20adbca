/** The responses at the URL of the metadata: the document, and the preflight of a page that sends headers of its own. */
import type { ResourceMetadataDocument } from './document.ts';

/** How long a client may cache the metadata. */
const MAX_AGE_SECONDS = 300;

/** The headers of the document. Every page may read it. */
export const RESOURCE_METADATA_HEADERS = {
  'Content-Type': 'application/json',
  'Cache-Control': `public, max-age=${MAX_AGE_SECONDS}`,
  'Access-Control-Allow-Origin': '*',
} as const;

const PREFLIGHT_HEADERS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'OPTIONS,GET',
  'Access-Control-Allow-Headers': '*',
  'Access-Control-Max-Age': '600',
} as const;

export interface MetadataResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Responds to a request for the metadata; `undefined` for a method that the URL does not have. */
export function metadataResponse(method: string, document: ResourceMetadataDocument): MetadataResponse | undefined {
  if (method === 'OPTIONS') return { statusCode: 204, headers: PREFLIGHT_HEADERS, body: '' };
  if (method !== 'GET') return undefined;
  return { statusCode: 200, headers: RESOURCE_METADATA_HEADERS, body: JSON.stringify(document) };
}
