/** The first link: the configuration. Finds everything that is wrong without sending a request. */
import { CodedError } from '../../core/errors.ts';
import { audiencesOf } from '../audiences.ts';
import { authorizerConfiguration } from '../authorizer-configuration.ts';
import type { Context } from '../command.ts';
import { prepareTenant } from '../connect-tenant.ts';
import { usageError } from '../errors.ts';
import { keyDeliveryOf } from '../key-delivery.ts';
import { keyPlace } from '../signing-keys.ts';
import { issuerUrl, managementUrl } from '../tenant-url.ts';
import { timeoutMs } from '../timeout.ts';
import type { Examination } from './check.ts';

const LONGEST_MS = 5000;

/**
 * Prepares the examination.
 *
 * @throws CliError `usage` with a line for each setting that is missing or wrong
 */
export async function prepareExamination(context: Context): Promise<Examination> {
  const { settings, ports } = context;
  const signingKeys = keyPlace(context);
  await assertAll([
    () => issuerUrl(settings),
    () => managementUrl(settings),
    () => audiencesOf(context),
    () => settings.require('clientId'),
    () => keyDeliveryOf(settings),
    () => signingKeys.read(),
    () => authorizerConfiguration(context),
  ]);
  // One connection for all checks: a token for each check would use up the quota of many tenants.
  const connect = once(await prepareTenant(context));
  const issuer = issuerUrl(settings);
  const request = { method: 'GET', url: `${issuer}.well-known/jwks.json`, headers: {} } as const;
  const limitMs = Math.min(timeoutMs(settings), LONGEST_MS);
  const tenantJwks = once(() => ports.http({ ...request, timeoutMs: limitMs }));
  const audiences = audiencesOf(context);
  return { ...context, issuer, audience: audiences[0], audiences, connect, signingKeys, tenantJwks };
}

/** Collects all faults before it reports them, each once. */
async function assertAll(assertions: readonly (() => unknown)[]): Promise<void> {
  const faults = new Set<string>();
  for (const assertion of assertions) {
    try {
      await assertion();
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      faults.add(error.message);
    }
  }
  if (faults.size > 0) throw usageError([...faults].join('\n'));
}

function once<Result>(work: () => Result): () => Result {
  let result: Result | undefined;
  return () => {
    result ??= work();
    return result;
  };
}
