/**
 * Connects the `auth0` package to our sender. The package knows the paths and the types of the Management API. Our sender
 * adds the token, the retries and the limits, and makes the errors. See docs/decisions/016-the-auth0-package.md.
 */
import type { ClientGrantsClient } from 'auth0/clientGrants';
import type { ResourceServersClient } from 'auth0/resourceServers';
import { parseJson } from '../core/json.ts';
import type { SendManagementRequest } from './management-requests.ts';

type PackageOptions = ResourceServersClient.Options & ClientGrantsClient.Options;

/** @param baseUrl the Management API, with its final slash */
export function packageOptions(baseUrl: string, send: SendManagementRequest): PackageOptions {
  return {
    baseUrl,
    token: '',
    auth: false,
    maxRetries: 0,
    // Our requests have their own deadline. After a failed request the package leaves its timer running: the shorter
    // that is, the better.
    timeoutInSeconds: 0,
    fetch: async (url, { method, body } = {}) => {
      const json = typeof body === 'string' ? parseJson(body) : undefined;
      const received = await send({ method: methodOf(method), url: String(url), json });
      return new Response(received === undefined ? null : JSON.stringify(received));
    },
  };
}

/** Waits for a call of the package, and throws what our sender threw: the package wraps it in an error of its own. */
export async function unwrapErrors<Result>(call: Promise<Result>): Promise<Result> {
  try {
    return await call;
  } catch (error) {
    throw error instanceof Error && error.cause !== undefined ? error.cause : error;
  }
}

function methodOf(method: string | undefined) {
  if (method === 'GET' || method === 'POST' || method === 'PATCH' || method === 'DELETE') return method;
  throw new TypeError(`The auth0 package used the method ${method}; expected GET, POST, PATCH or DELETE.`);
}
