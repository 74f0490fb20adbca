/** Authenticates Bearer tokens that are JWTs. A JWT is verified here, and never introspected after a failed check. */
import type { Credential } from '../core/credential.ts';
import { CredentialError } from '../core/errors.ts';
import type { Confirmation, Principal } from '../core/principal.ts';
import type { Introspector } from '../issuer/introspector.ts';
import type { CallContext } from '../issuer/issuer-endpoint.ts';
import { isCompactJws, type JwtVerifier, unverifiedIssuer } from '../issuer/jwt.ts';
import type { Authenticator } from './authenticator.ts';

/** An issuer of JWTs, and what verifies them. */
export interface JwtIssuer {
  readonly issuer: string;
  readonly verifier: JwtVerifier;
  /** If given, the token is also introspected after the local check: the server may know that it is revoked. */
  readonly introspector?: Introspector | undefined;
}

export class JwtAuthenticator implements Authenticator {
  readonly #first: JwtIssuer;
  readonly #others: readonly JwtIssuer[];

  constructor(issuers: readonly [JwtIssuer, ...JwtIssuer[]]) {
    [this.#first, ...this.#others] = issuers;
  }

  async authenticate(credential: Credential, context: CallContext): Promise<Principal | undefined> {
    if (credential.kind !== 'bearer' || !isCompactJws(credential.token)) return undefined;
    const { verifier, introspector } = this.#issuerOf(credential.token);
    const principal = await verifier.verify(credential.token, context);
    if (!introspector) return principal;
    // The server may know of a binding that the token does not show.
    const { confirmation } = await introspector.introspect(credential.token, context, principal.audiences);
    return { ...principal, confirmation: bothOf(principal.confirmation, confirmation) };
  }

  /**
   * Chooses by the token's own claim, which the verifier then checks. The first issuer's verifier refuses tokens of
   * unknown issuers.
   */
  #issuerOf(token: string): JwtIssuer {
    const claimed = this.#others.length > 0 ? unverifiedIssuer(token) : undefined;
    return this.#others.find(({ issuer }) => issuer === claimed) ?? this.#first;
  }
}

/** Everything that either of them binds the token to. */
function bothOf(one: Confirmation | undefined, other: Confirmation | undefined): Confirmation | undefined {
  if (!one || !other) return one ?? other;
  return {
    jwkThumbprint: sameOf(one.jwkThumbprint, other.jwkThumbprint),
    certificateThumbprint: sameOf(one.certificateThumbprint, other.certificateThumbprint),
  };
}

function sameOf(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined || other === undefined || one === other) return one ?? other;
  throw new CredentialError('token_sender_constrained', 'The token and the server name different bindings.');
}
