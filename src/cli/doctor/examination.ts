/** The first link: the configuration. Everything that can be wrong without asking anybody is found here. */
import { RouteMap } from '../../core/routes.ts';
import { authorizerConfiguration } from '../authorizer-configuration.ts';
import type { Context } from '../command.ts';
import { prepareTenant } from '../connect-tenant.ts';
import { keyDeliveryOf } from '../key-delivery.ts';
import { keyPlace } from '../signing-keys.ts';
import { issuerUrl } from '../tenant-url.ts';
import { timeoutMs } from '../timeout.ts';
import type { Examination } from './check.ts';

const LONGEST_MS = 5000;

/**
 * Prepares the examination.
 *
 * @throws CliError or ConfigurationError about the first setting that is missing or wrong
 */
export async function prepareExamination(context: Context): Promise<Examination> {
  const { settings, ports } = context;
  const issuer = issuerUrl(settings);
  const audience = settings.require('audience');
  keyDeliveryOf(settings);
  new RouteMap(authorizerConfiguration(context).routes);
  const signingKeys = keyPlace(context);
  await signingKeys.read();
  const request = { method: 'GET', url: `${issuer}.well-known/jwks.json`, headers: {} } as const;
  const limitMs = Math.min(timeoutMs(settings), LONGEST_MS);
  const tenantJwks = once(() => ports.http({ ...request, timeoutMs: limitMs }));
  return { ...context, issuer, audience, connect: await prepareTenant(context), signingKeys, tenantJwks };
}

function once<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let result: Promise<Result> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}
