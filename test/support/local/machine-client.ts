/** An OAuth client that others wrote (`oauth4webapi`), as a machine: it gets tokens from an authorization server and calls the API. */
import * as oauth from 'oauth4webapi';

export const INSECURE = { [oauth.allowInsecureRequests]: true };

export interface MachineCredentials {
  readonly client_id: string;
  readonly client_secret: string;
}

export interface TokenRequest {
  /** `audience` or `resource`, and what else the server needs. */
  readonly fields: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Binds the token to this key. @default a Bearer token */
  readonly DPoP?: oauth.DPoPHandle;
}

/** A key of its own, with which the client proves that a token is its own. */
export async function dpopHandle(): Promise<oauth.DPoPHandle> {
  return oauth.DPoP({}, await oauth.generateKeyPair('ES256'));
}

/** Requests a token with the client's secret. Checks the responses as `oauth4webapi` does. */
export async function machineToken(
  issuer: string,
  { client_id, client_secret }: MachineCredentials,
  { fields, headers = {}, DPoP }: TokenRequest,
): Promise<oauth.TokenEndpointResponse> {
  const url = new URL(issuer);
  const server = await oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, INSECURE));
  const client = { client_id };
  const options = { ...INSECURE, headers: { ...headers }, ...(DPoP && { DPoP }) };
  const secret = oauth.ClientSecretPost(client_secret);
  const response = await oauth.clientCredentialsGrantRequest(server, client, secret, { ...fields }, options);
  return oauth.processClientCredentialsResponse(server, client, response);
}

/** Calls the API with a token and, if there is a key, with a proof. @throws WWWAuthenticateChallengeError for a challenge */
export function callApi(token: string, method: string, url: string, DPoP?: oauth.DPoPHandle): Promise<Response> {
  const options = { ...INSECURE, ...(DPoP && { DPoP }) };
  return oauth.protectedResourceRequest(token, method, new URL(url), undefined, undefined, options);
}

/** The challenges of a refused call; none if it was not refused with a challenge. */
export async function challengesOf(calling: Promise<Response>): Promise<readonly oauth.WWWAuthenticateChallenge[]> {
  const outcome = await calling.catch((error: unknown) => error);
  return outcome instanceof oauth.WWWAuthenticateChallengeError ? outcome.cause : [];
}
