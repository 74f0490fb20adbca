/** Calls the tenant's introspection endpoint as the resource server, with the same code as the authorizer. */
import type { HttpPort } from '../core/http.ts';
import { auth0Introspection } from '../issuer/auth0-introspection.ts';
import type { UnverifiedResponse } from '../issuer/introspection.ts';
import type { SigningKeyStore } from '../signing-key/signing-key-ring.ts';
import type { Context } from './command.ts';
import { issuerUrl } from './tenant-url.ts';
import { timeoutMs } from './timeout.ts';

const LONGEST_ATTEMPT_MS = 10_000;

/**
 * Prepares the call. The response may take as long as the settings allow: a person waits longer than a gateway does.
 *
 * @param audience in whose name the tenant is asked
 * @throws CliError `usage` for a setting that is missing or wrong
 */
export function createIntrospection(
  { settings, ports }: Pick<Context, 'settings' | 'ports'>,
  keys: SigningKeyStore,
  audience: string,
): (token: string) => Promise<UnverifiedResponse> {
  const { clock, uniqueId } = ports;
  const issuer = issuerUrl(settings);
  const limitMs = timeoutMs(settings);
  return (token) => {
    const deadlineMs = clock() + limitMs;
    const http: HttpPort = (request) =>
      ports.http({ ...request, timeoutMs: Math.min(LONGEST_ATTEMPT_MS, deadlineMs - clock()) });
    const introspection = auth0Introspection({ issuer, audience, keys, uniqueId }, { ...ports, http });
    return introspection.ask(token, { deadlineMs });
  };
}
