/** Bearer tokens that are JWTs: verified here, and never introspected after a failed check. */

import type { Credential } from '../core/credential.ts';
import type { Principal } from '../core/principal.ts';
import type { Introspector } from '../issuer/introspector.ts';
import type { CallContext } from '../issuer/issuer-endpoint.ts';
import { isCompactJws, type JwtVerifier, unverifiedIssuer } from '../issuer/jwt.ts';
import type { Authenticator } from './authenticator.ts';

/** Who may issue JWTs, and who verifies them. */
export interface JwtIssuer {
  readonly issuer: string;
  readonly verifier: JwtVerifier;
  /** If given, the server is asked as well, after the local check: it may know of a revocation. */
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
    await introspector?.introspect(credential.token, context);
    return principal;
  }

  /** Goes by what the token says, which its verifier then checks; a token of nobody we know is refused by the first. */
  #issuerOf(token: string): JwtIssuer {
    const claimed = this.#others.length > 0 ? unverifiedIssuer(token) : undefined;
    return this.#others.find(({ issuer }) => issuer === claimed) ?? this.#first;
  }
}
