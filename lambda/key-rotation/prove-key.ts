/** Proves a signing key by the only proof there is: the tenant takes an assertion that was signed with it. */
import { randomBytes } from 'node:crypto';
import { UpstreamError } from '../../src/core/errors.ts';
import { Introspection } from '../../src/core/introspection.ts';
import { INTROSPECTION_PROFILES } from '../../src/core/introspection-profile.ts';
import { importSigningKey, type PrivateSigningJwk } from '../../src/core/signing-key.ts';
import { SigningKeyRing } from '../../src/core/signing-key-ring.ts';
import { Upstream, type UpstreamPorts } from '../../src/core/upstream.ts';

/**
 * Proves a key.
 *
 * @throws UpstreamError `upstream_client_refused` if the tenant does not take it, another if that cannot be found out
 */
export type ProveKey = (key: PrivateSigningJwk) => Promise<void>;

export interface ProofSettings {
  readonly issuer: string;
  readonly audience: string;
}

const DEADLINE_MS = 5000;
const TOKEN_BYTES = 24;

/** Makes the proof: an introspection of a token that nobody has issued, signed with that key and no other. */
export function createProof({ issuer, audience }: ProofSettings, ports: UpstreamPorts): ProveKey {
  return async (jwk) => {
    const key = importSigningKey(jwk);
    const introspection = new Introspection({
      url: `${issuer}oauth/introspect`,
      // A new one each time: the failures of one proof are not to keep the next from being tried.
      upstream: new Upstream('introspection', ports),
      keys: new SigningKeyRing({ read: async () => [key] }, ports.clock),
      profile: INTROSPECTION_PROFILES.auth0,
      clientId: audience,
      expected: { issuer, audience, clock: ports.clock, clockToleranceSeconds: 0 },
      uniqueId: () => randomBytes(TOKEN_BYTES).toString('base64url'),
    });
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const { active } = await introspection.answer(token, { deadlineMs: ports.clock() + DEADLINE_MS });
    if (active) {
      throw new UpstreamError('upstream_malformed', 'The tenant calls a token active that nobody has issued.');
    }
  };
}
