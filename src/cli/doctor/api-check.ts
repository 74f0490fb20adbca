/** The last links: the API refuses a call without a credential, with a challenge, and it can check a token. */
import { createHash } from 'node:crypto';
import { HttpFailure, type HttpResponse } from '../../core/http.ts';
import { isSecureUrl } from '../../core/secure-url.ts';
import { authorizerConfiguration } from '../authorizer-configuration.ts';
import { type Check, type Examination, type Finding, failed, passed, skipped, warned } from './check.ts';

const TIMEOUT_MS = 10_000;

export const apiCheck: Check = {
  id: 'deployed-api',
  title: 'The API requires a credential',
  needs: [],
  run: (examination) =>
    withCall(examination, async (call) => {
      const { basicTokenUsers } = authorizerConfiguration(examination);
      return examineRefusal(call, await send(examination, call), basicTokenUsers.length > 0);
    }),
};

/**
 * Sends an app specific password that nobody issued. The API has to introspect it with its own key and configuration, which need not be the
 * ones that the other checks use.
 */
export const apiTokenCheck: Check = {
  id: 'api-tokens',
  title: 'The API can check tokens',
  needs: ['deployed-api'],
  run: (examination) =>
    withCall(examination, async (call) => {
      const { dpop, mtls } = authorizerConfiguration(examination);
      if (dpop === 'required' || mtls === 'required')
        return skipped(
          'not checked: the API accepts only tokens that are bound to their holder, and there is none here',
        );
      const { status } = await send(examination, call, `Bearer ${madeUpPassword(examination)}`);
      if (status === 401) return passed('401 for a token that nobody issued');
      if (status === 429)
        return skipped('not checked: 429, the API limits the rate. Wait a little, then run this again');
      return failed(`${status} for a token that nobody issued, expected 401`, fixFor(status));
    }),
};

/** In the form of an app specific password, for which only the first issuer is asked. New each time, so that no cache responds. */
function madeUpPassword({ ports }: Examination): string {
  const digest = createHash('sha256').update(ports.uniqueId()).digest().subarray(0, 16);
  return Array.from(digest, (byte) => String.fromCharCode('A'.charCodeAt(0) + (byte % 26))).join('');
}

function fixFor(status: number): string {
  if (status < 300) {
    return 'The API accepts a token that nobody issued. Do not use it. Check that the route has the authorizer.';
  }
  if (status < 500) return 'Check what responds in place of the authorizer, such as a firewall or a proxy.';
  return 'The log of the authorizer gives the reason. After 500 or 503, it may sign with another key than the tenant has: compare them with "asp keys". After "asp setup" for the tenant of npm start this is so until "asp teardown".';
}

interface Call {
  readonly method: 'GET' | 'POST';
  readonly url: string;
}

/** Examines a route that requires a principal; reports if there is none, or if it cannot be reached. */
async function withCall(examination: Examination, examine: (call: Call) => Promise<Finding>): Promise<Finding> {
  const apiUrl = examination.settings.get('apiUrl');
  if (apiUrl === undefined)
    return skipped('not checked: no API is configured (--api-url, ASP_API_URL or the stack output ApiUrl)');
  const route = protectedRoute(examination);
  if (!route) return skipped('not checked: every route is public');
  const url = `${apiUrl.replace(/\/$/, '')}${route.path}`;
  if (!URL.canParse(url) || !isSecureUrl(new URL(url)))
    return failed('it is not an https URL', 'Name the https URL of the API.');
  try {
    return await examine({ method: route.method, url });
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    return failed(`${route.method} ${url}: ${error.message}`, 'Check the URL and that the API is deployed.');
  }
}

/** A route that requires a principal, preferably one that only reads. */
function protectedRoute(examination: Examination) {
  const { routes } = authorizerConfiguration(examination);
  const calls = Object.entries(routes)
    .filter(([, setting]) => setting !== 'public')
    .map(([route]) => {
      const [method = '', path = ''] = route.split(' ');
      return { method: method === 'ANY' ? 'GET' : method, path: path.replace(/\{[^}]*\}/g, 'x') };
    });
  const get = calls.find(({ method }) => method === 'GET');
  const post = calls.find(({ method }) => method === 'POST');
  if (get) return { ...get, method: 'GET' } as const;
  return post && ({ ...post, method: 'POST' } as const);
}

function send({ ports }: Examination, { method, url }: Call, authorization?: string): Promise<HttpResponse> {
  return ports.http({ method, url, headers: authorization ? { authorization } : {}, timeoutMs: TIMEOUT_MS });
}

/** @param needsBasic whether clients send tokens as the secret of Basic. Some do only if Basic is offered, or offered first */
function examineRefusal({ method, url }: Call, { status, headers }: HttpResponse, needsBasic: boolean): Finding {
  const call = `${method} ${url}`;
  const challenge = headers['www-authenticate'] ?? '';
  if (status !== 401) {
    return failed(
      `${call} without a credential: ${status}, expected 401`,
      'Check that this is the URL of the deployed API, including its stage, and that the route has the authorizer.',
    );
  }
  if (!/\b(?:bearer|dpop) /i.test(challenge)) {
    return failed(`${call}: 401 without WWW-Authenticate`, 'Add the gateway responses to the API.');
  }
  if (!needsBasic || /^basic /i.test(challenge)) return passed(`${call}: 401, ${challenge}`);
  return warned(
    `${call}: 401, ${challenge}`,
    'With basicTokenUsers, Git and Docker send a token only if Basic is offered first. Deploy again, or set basicChallenge of the gateway responses to "first". An HTTP API cannot offer Basic.',
  );
}
