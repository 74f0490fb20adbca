/** Connects to the tenant as the client for app specific passwords, with one token for many requests. */
import type { AppPasswordPorts, RequestRules } from '../../src/app-passwords/ports.ts';
import type { AppPasswordsConfiguration } from '../../src/config/app-passwords.ts';
import { readClientCredentials } from '../../src/core/client-credentials.ts';
import type { Clock } from '../../src/core/clock.ts';
import { ConfigurationError } from '../../src/core/errors.ts';
import type { HttpPort } from '../../src/core/http.ts';
import type { SecretStore } from '../../src/core/secret-store.ts';
import { SetupError } from '../../src/management/errors.ts';
import { connectManagement } from '../../src/management/management-connection.ts';
import type { TokenCache } from '../../src/management/management-token.ts';

export interface TenantPorts {
  readonly secrets: Pick<SecretStore, 'read'>;
  readonly http: HttpPort;
  readonly clock: Clock;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** API Gateway waits 29 s for all of a request. Creating a password can take three pieces of work, which seldom need all their time. */
const TIMEOUT_MS = 10_000;
const ATTEMPT_TIMEOUT_MS = 5000;

/** Makes the function that connects for one piece of work. */
export function passwordsOf(
  { tenantUrl, clientSecret }: Pick<AppPasswordsConfiguration, 'tenantUrl' | 'clientSecret'>,
  { secrets, http, ...ports }: TenantPorts,
): AppPasswordPorts['passwords'] {
  const tokenCache: TokenCache = {};
  return async (rules) => {
    const client = await readClientCredentials(secrets, clientSecret);
    const limits = { timeoutMs: TIMEOUT_MS, attemptTimeoutMs: ATTEMPT_TIMEOUT_MS };
    const ruled = ruledHttp(http, `${tenantUrl}api/v2/`, rules);
    return connectManagement({ tenantUrl, client, tokenCache, http: ruled, ...limits, ...ports }).applicationPasswords;
  };
}

/** The tenant counts requests for tokens separately, and the cache of tokens makes them rare. */
function ruledHttp(http: HttpPort, managementUrl: string, { count, repeatsThrottled = false }: RequestRules): HttpPort {
  return async (request) => {
    if (request.url.startsWith(managementUrl)) await count();
    const response = await http(request);
    if (response.status !== 429 || repeatsThrottled) return response;
    throw new SetupError(
      'management_throttled',
      'The tenant responded with 429. Its rate limit is used up; find out what else uses it, or try again later.',
    );
  };
}

/**
 * Makes the function that reads the secret under which the ids of expiries are computed.
 *
 * @returns a function that throws ConfigurationError `configuration_invalid`
 */
export function expirySecretOf(
  { expiries: { digestSecret } }: Pick<AppPasswordsConfiguration, 'expiries'>,
  secrets: Pick<SecretStore, 'read'>,
): AppPasswordPorts['expirySecret'] {
  return async () => {
    const text = (await secrets.read(digestSecret)) ?? '';
    if (/^[\x20-\x7e]{32,1024}$/.test(text)) return text;
    throw new ConfigurationError(
      'configuration_invalid',
      `The secret ${digestSecret} is not usable. Expected 32 to 1024 printable ASCII characters.`,
    );
  };
}
