/**
 * Checks that clients can find the issuer by themselves (RFC 9728): from the API's metadata to the issuer's own. Both documents are
 * public, and neither is trusted.
 */
import { HttpFailure, type HttpResponse } from '../../core/http.ts';
import { isJsonObject, type JsonObject, parseJson } from '../../core/json.ts';
import { isSecureUrl } from '../../core/secure-url.ts';
import { resourceMetadataUrl } from '../../resource-metadata/location.ts';
import { authorizerConfiguration, deploymentContext } from '../authorizer-configuration.ts';
import { type Check, type Examination, type Finding, failed, passed, skipped, warned } from './check.ts';

const TIMEOUT_MS = 10_000;

export const resourceMetadataCheck: Check = {
  id: 'resource-metadata',
  title: 'Clients find the issuer by themselves',
  needs: ['tls'],
  run: async (examination) => {
    if (deploymentContext(examination).resourceMetadata !== true) return skipped('skipped: resourceMetadata is off');
    const { publicUrl } = authorizerConfiguration(examination);
    if (publicUrl === undefined || !isSecureUrl(publicUrl))
      return failed('publicUrl is missing', 'Set it to the URL at which callers see the API.');
    return examineApi(examination, publicUrl);
  },
};

async function examineApi(examination: Examination, publicUrl: string): Promise<Finding> {
  const url = resourceMetadataUrl(publicUrl);
  const response = await get(url, examination);
  if ('fault' in response) return failed(`${url} ${response.fault}`, fixFor(url));
  const fault = metadataFault(response.document, { publicUrl, issuer: examination.issuer });
  if (fault !== undefined)
    return failed(
      `${url}: ${fault}`,
      'Check what responds there. If it is the API, deploy it again with this configuration.',
    );
  if (response.headers['access-control-allow-origin'] !== '*') {
    return warned(
      `${url} does not let every page read it (Access-Control-Allow-Origin: *)`,
      'Clients that run in a browser cannot find the issuer. Let CloudFront or the proxy pass this header on.',
    );
  }
  return examineIssuer(examination, url);
}

/** The URL has to reach the API, whose own paths begin with the stage. */
function fixFor(url: string): string {
  return `Pass requests for ${new URL(url).pathname} on to the API: with a custom domain that has no base path, or with CloudFront.`;
}

/** Describes what is wrong with a document as the metadata of this API; `undefined` if nothing is. */
export function metadataFault(
  { resource, authorization_servers: servers }: JsonObject,
  { publicUrl, issuer }: { readonly publicUrl: string; readonly issuer: string },
): string | undefined {
  if (resource !== publicUrl) return `its resource is ${JSON.stringify(resource)}, expected publicUrl ${publicUrl}`;
  if (Array.isArray(servers) && servers.includes(issuer)) return undefined;
  return `its authorization_servers are ${JSON.stringify(servers)}, expected exactly ${issuer} among them`;
}

async function examineIssuer(examination: Examination, metadataUrl: string): Promise<Finding> {
  const { issuer } = examination;
  for (const url of issuerMetadataUrls(issuer)) {
    const response = await get(url, examination);
    if ('fault' in response) continue;
    const { issuer: named } = response.document;
    if (named === issuer) return passed(`${metadataUrl} leads to ${url}`);
    return failed(
      `${url} names the issuer ${JSON.stringify(named)}, expected exactly ${issuer}`,
      'Set issuer to the one that it names, with the same spelling and final slash: clients compare them.',
    );
  }
  return failed(
    `${issuerMetadataUrls(issuer).join(' and ')} do not have the metadata of the issuer`,
    'Check that the issuer is an Auth0 tenant, or another server that supports RFC 8414 or OpenID Connect Discovery.',
  );
}

/** Where clients look, in their order: RFC 8414 section 3.1, and OpenID Connect Discovery section 4. */
export function issuerMetadataUrls(issuer: string): readonly string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  return [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ];
}

type Fetched =
  | { readonly document: JsonObject; readonly headers: HttpResponse['headers'] }
  | { readonly fault: string };

async function get(url: string, { ports }: Examination): Promise<Fetched> {
  try {
    const request = { method: 'GET', url, headers: { accept: 'application/json' }, timeoutMs: TIMEOUT_MS } as const;
    const { status, headers, body } = await ports.http(request);
    if (status !== 200) return { fault: `responds with ${status}, expected 200` };
    const document = parseJson(body);
    return isJsonObject(document) ? { document, headers } : { fault: 'is not a JSON object' };
  } catch (error) {
    if (error instanceof HttpFailure) return { fault: `cannot be reached: ${error.message}` };
    throw error;
  }
}
