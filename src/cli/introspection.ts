/** The tenant's introspection endpoint, asked as the resource server, by the same code as in the authorizer. */
import { Introspection } from '../core/introspection.ts';
import { INTROSPECTION_PROFILES } from '../core/introspection-profile.ts';
import { SigningKeyRing, type SigningKeyStore } from '../core/signing-key-ring.ts';
import { type CallContext, Upstream } from '../core/upstream.ts';
import type { Context } from './command.ts';
import { issuerUrl } from './tenant-url.ts';
import { timeoutMs } from './timeout.ts';

const CLOCK_TOLERANCE_SECONDS = 5;

/** @throws CliError `usage` for a setting that is missing or wrong */
export function createIntrospection({ settings, ports }: Pick<Context, 'settings' | 'ports'>, keys: SigningKeyStore) {
  const { clock, uniqueId } = ports;
  const issuer = issuerUrl(settings);
  const audience = settings.require('audience');
  return new Introspection({
    url: `${issuer}oauth/introspect`,
    upstream: new Upstream('introspection', ports),
    keys: new SigningKeyRing(keys, clock),
    profile: INTROSPECTION_PROFILES.auth0,
    clientId: audience,
    expected: { issuer, audience, clock, clockToleranceSeconds: CLOCK_TOLERANCE_SECONDS },
    uniqueId,
  });
}

/** What one question may spend. */
export function callContext({ settings, ports }: Pick<Context, 'settings' | 'ports'>): CallContext {
  return { deadlineMs: ports.clock() + timeoutMs(settings) };
}
