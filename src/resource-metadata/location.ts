/** Where the metadata of an API is: the well-known path stands between the host and the path of the API's URL (RFC 9728 section 3.1). */

const WELL_KNOWN_PATH = '/.well-known/oauth-protected-resource';

/** The path of the metadata, such as `/.well-known/oauth-protected-resource/v1` for `https://api.example/v1`. */
export function resourceMetadataPath(publicUrl: string): string {
  const path = new URL(publicUrl).pathname.replace(/\/$/, '');
  // A header that API Gateway sends cannot contain a single quote.
  return `${WELL_KNOWN_PATH}${path.replaceAll("'", '%27')}`;
}

/**
 * The URL of the metadata, as a challenge names it and as clients compute it.
 *
 * @param publicUrl the URL at which callers see the API, without query and fragment
 */
export function resourceMetadataUrl(publicUrl: string): string {
  return `${new URL(publicUrl).origin}${resourceMetadataPath(publicUrl)}`;
}
