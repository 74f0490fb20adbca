/** The last link: the deployed API refuses a call without a credential, with a challenge. */
import { HttpFailure } from '../../core/http.ts';
import { isSecureUrl } from '../../core/secure-url.ts';
import { authorizerConfiguration } from '../authorizer-configuration.ts';
import { type Check, type Examination, type Finding, failed, passed, skipped } from './check.ts';

const TIMEOUT_MS = 10_000;

export const apiCheck: Check = {
  id: 'deployed-api',
  title: 'The deployed API requires a credential',
  needs: [],
  run: async (examination) => {
    const apiUrl = examination.settings.get('apiUrl');
    if (apiUrl === undefined)
      return skipped('no API is configured (--api-url, ASP_API_URL or the stack output ApiUrl)');
    const call = protectedCall(examination);
    if (!call) return skipped('every route is public');
    const url = `${apiUrl.replace(/\/$/, '')}${call.path}`;
    if (!URL.canParse(url) || !isSecureUrl(new URL(url)))
      return failed('it is not an https URL', 'Name the https URL of the API.');
    return examineResponse(`${call.method} ${url}`, () =>
      examination.ports.http({ method: call.method, url, headers: {}, timeoutMs: TIMEOUT_MS }),
    );
  },
};

/** A route that requires a principal, preferably one that only reads. */
function protectedCall(examination: Examination) {
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

async function examineResponse(call: string, send: () => ReturnType<Examination['ports']['http']>): Promise<Finding> {
  try {
    const { status, headers } = await send();
    const challenge = headers['www-authenticate'] ?? '';
    if (status !== 401)
      return failed(
        `${call} without a credential: ${status}, expected 401`,
        'Check that this is the URL of the deployed API, including its stage, and that the route has the authorizer.',
      );
    if (/^bearer/i.test(challenge)) return passed(`${call}: 401, ${challenge}`);
    return failed(`${call}: 401 without WWW-Authenticate`, 'Add the gateway responses to the API.');
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    return failed(`${call}: ${error.message}`, 'Check the URL and that the API is deployed.');
  }
}
