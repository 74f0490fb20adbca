/**
 * Proves a signing key: the tenant must accept an assertion that is signed with it, and refuse one that is signed with a
 * throw-away key.
 */
import { CodedError, IssuerError } from '../../src/core/errors.ts';
import { makeThrowAwayKey, type ProbeTarget, probeIntrospection } from '../../src/issuer/introspection-probe.ts';
import type { IssuerPorts } from '../../src/issuer/issuer-endpoint.ts';
import { importSigningKey, type PrivateSigningJwk } from '../../src/signing-key/signing-key.ts';

/**
 * Proves a key.
 *
 * @throws ProofError if the tenant cannot prove any key, so that trying again does not help
 * @throws IssuerError `issuer_client_refused` if the tenant refuses it; another code if the check itself failed
 */
export type ProveKey = (key: PrivateSigningJwk) => Promise<void>;

type ProofErrorCode =
  /** Introspection accepts every key, so accepting ours proves nothing. */
  | 'proof_worthless'
  /** The tenant has no introspection. */
  | 'introspection_missing';

/** Thrown when the tenant cannot prove any key. Holds no key. */
export class ProofError extends CodedError<ProofErrorCode> {}

/** The resource servers that have the key. */
export interface ProofTarget extends ProbeTarget {
  /** More resource servers with the same key. @default none */
  readonly audiences?: readonly string[];
}

/**
 * Makes the proof: introspections of tokens that nobody has issued, first with the key and then with the throw-away key, in the
 * name of each resource server.
 */
export function createProof({ issuer, audience, audiences = [] }: ProofTarget, ports: IssuerPorts): ProveKey {
  return async (jwk) => {
    await proveAt({ issuer, audience }, jwk, ports);
    for (const other of audiences) {
      await proveAt({ issuer, audience: other }, jwk, ports).catch((error: unknown) => {
        throw error instanceof IssuerError ? new IssuerError(error.code, `${other}: ${error.message}`) : error;
      });
    }
  };
}

async function proveAt(target: ProbeTarget, jwk: PrivateSigningJwk, ports: IssuerPorts): Promise<void> {
  const result = await probeIntrospection(target, importSigningKey(jwk), ports);
  if (result.outcome === 'refused') throw result.error;
  if (result.outcome === 'not_found') throw introspectionMissing(target);
  if (result.outcome === 'active') {
    throw new IssuerError('issuer_malformed', 'The tenant reports a token as active that nobody has issued.');
  }
  const control = await probeIntrospection(target, await makeThrowAwayKey(jwk.kid), ports);
  if (control.outcome === 'not_found') {
    throw new IssuerError('issuer_refused', 'The response to the introspection with a throw-away key was 404.');
  }
  if (control.outcome !== 'refused') throw proofWorthless(target);
}

function introspectionMissing({ issuer }: ProbeTarget): ProofError {
  return new ProofError(
    'introspection_missing',
    `The tenant has no ${issuer}oauth/introspect: the response was 404. Introspection is not enabled, so no signing key can be proved, and none is needed. Ask Auth0's support to enable introspection by resource servers, or set rotationDays to 0.`,
  );
}

function proofWorthless({ issuer }: ProbeTarget): ProofError {
  return new ProofError(
    'proof_worthless',
    `The new signing key was not put into use. ${issuer}oauth/introspect accepts it, but it also accepts an assertion signed by a throw-away key, where 401 invalid_client was expected. So the tenant does not authenticate its callers, or a proxy responds in its place. Check that the issuer is the tenant itself, then start the rotation again.`,
  );
}
