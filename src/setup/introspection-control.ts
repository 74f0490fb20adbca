/**
 * Checks that the tenant has an introspection endpoint and that it refuses unknown callers. The real key is not needed:
 * an assertion signed by a throw-away key must be refused. Only warns.
 */
import { IssuerError } from '../core/errors.ts';
import { makeThrowAwayKey, type ProbeTarget, probeIntrospection } from '../issuer/introspection-probe.ts';
import type { IssuerPorts } from '../issuer/issuer-endpoint.ts';
import { SetupError } from '../management/errors.ts';
import { notChecked } from './feature.ts';

/**
 * Returns the faults as warnings. Never throws.
 *
 * @param kid of the real key, which the throw-away key pretends to be
 */
export async function introspectionWarnings(
  target: ProbeTarget,
  kid: string,
  ports: IssuerPorts,
): Promise<readonly SetupError[]> {
  try {
    const { outcome } = await probeIntrospection(target, await makeThrowAwayKey(kid), ports);
    if (outcome === 'refused') return [];
    return [outcome === 'not_found' ? introspectionMissing(target) : assertionUnchecked(target)];
  } catch (error) {
    const why = error instanceof IssuerError ? error.message : 'The request failed.';
    return [notChecked(`whether ${target.issuer}oauth/introspect authenticates its callers. ${why}`)];
  }
}

function introspectionMissing({ issuer }: ProbeTarget): SetupError {
  return new SetupError(
    'introspection_missing',
    `Introspection is not enabled: ${issuer}oauth/introspect responded with 404. Opaque tokens and app specific passwords cannot be accepted; JWTs, and Basic with a real password, work without it. Check that the issuer is right; if it is, ask Auth0's support to enable introspection by resource servers for the tenant.`,
  );
}

function assertionUnchecked({ issuer }: ProbeTarget): SetupError {
  return new SetupError(
    'assertion_unchecked',
    `${issuer}oauth/introspect accepted an assertion signed by a throw-away key. Expected 401 invalid_client. The tenant does not authenticate its callers, or a proxy responds in its place, so nothing shows that it knows the signing key. Check that the issuer is the tenant itself; if it is, report this to Auth0's support.`,
  );
}
