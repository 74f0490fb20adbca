/**
 * Makes sure that a token that is bound to its holder (`cnf`) is used by this holder: by a DPoP proof (RFC 9449), or by the client
 * certificate of mutual TLS (RFC 8705). It is checked for every request, also if the principal comes from a cache.
 */
import { hash, X509Certificate } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import type { Credential } from '../core/credential.ts';
import { CredentialError } from '../core/errors.ts';
import type { BindingMode, Principal } from '../core/principal.ts';
import type { TableObserver } from '../shared-state/table-access.ts';
import { type DpopProof, proofMismatch, verifyProof } from './dpop-proof.ts';
import type { ReplayGuard } from './replay-guard.ts';

/** What shows that the caller holds the key or the certificate. */
export interface Evidence {
  /** The URL of the request as the caller sees it, without the query; `undefined` if the event does not say. */
  readonly url?: string | undefined;
  /** The values of all `DPoP` headers. */
  readonly proofs: readonly string[];
  /** The client certificate as PEM. API Gateway has verified that the caller holds its key. */
  readonly clientCertificate?: string | undefined;
}

/** A request, as far as it matters here. */
export interface BoundRequest {
  readonly method: string;
  /** Called only if there may be evidence that matters. */
  readonly evidence?: ((publicUrl: string | undefined) => Evidence) | undefined;
}

export interface BoundTokensSettings {
  readonly dpop: BindingMode;
  readonly mtls: BindingMode;
  /** Where callers see the API, if API Gateway does not know. */
  readonly publicUrl?: string | undefined;
  /** Required if `dpop` is not `off`. */
  readonly replayGuard?: ReplayGuard | undefined;
  readonly clock: Clock;
}

const NO_EVIDENCE: Evidence = { proofs: [] };

/** Accepts a bound token only from its holder. */
export class BoundTokens {
  readonly #settings: BoundTokensSettings;

  constructor(settings: BoundTokensSettings) {
    this.#settings = settings;
  }

  /**
   * Checks everything that does not need the principal, so that a request that cannot succeed costs no call.
   *
   * @returns the proof; `undefined` if the caller does not say that the token is bound to a key
   * @throws CredentialError `scheme_unsupported`, `proof_required`, `certificate_required`, `proof_missing`, or what `verifyProof` throws
   */
  verifyProofOf(credential: Credential, { method, evidence }: BoundRequest): DpopProof | undefined {
    const { dpop, mtls, publicUrl, clock } = this.#settings;
    if (mtls === 'required' && (credential.kind === 'basic' || evidence?.(publicUrl).clientCertificate === undefined))
      throw new CredentialError('certificate_required', 'Only tokens that are bound to a certificate are accepted.');
    if (credential.kind === 'basic' || credential.scheme === undefined) {
      if (dpop !== 'required') return undefined;
      throw new CredentialError('proof_required', 'Only tokens with a DPoP proof are accepted.');
    }
    if (dpop === 'off') throw new CredentialError('scheme_unsupported', 'The scheme DPoP is not configured.');
    const { url, proofs } = evidence?.(publicUrl) ?? NO_EVIDENCE;
    const [proof, ...others] = proofs;
    if (proof === undefined || others.length > 0) throw missing(`Got ${proofs.length} DPoP headers, expected one.`);
    return verifyProof(proof, { method, url, token: credential.token, nowMs: clock() });
  }

  /**
   * Makes sure that the caller may use the token of this principal. Records the proof last: whoever has only the token, or only the proof,
   * records nothing.
   *
   * @param proof what `verifyProofOf` returned
   * @throws CredentialError `token_sender_constrained`, `proof_missing`, `proof_mismatch`, `proof_replayed`, `certificate_required`,
   *   `certificate_missing` or `certificate_mismatch`
   * @throws SharedStateError `proofs_unrecordable`
   */
  assertHolder(
    { confirmation }: Principal,
    proof: DpopProof | undefined,
    { evidence }: BoundRequest,
    observe?: TableObserver,
  ): void | Promise<void> {
    this.#assertCertificate(confirmation?.certificateThumbprint, evidence);
    const thumbprint = confirmation?.jwkThumbprint;
    if (!proof) {
      if (thumbprint !== undefined) throw constrained('The token is bound to a key, but came without a proof.');
      return undefined;
    }
    if (thumbprint === undefined) throw missing('The token is not bound to a key. Expected the scheme Bearer.');
    if (proof.jwkThumbprint !== thumbprint) throw proofMismatch('its key is not the one that the token is bound to');
    return this.#settings.replayGuard?.record(proof, observe);
  }

  #assertCertificate(thumbprint: string | undefined, evidence: BoundRequest['evidence']): void {
    const { mtls, publicUrl } = this.#settings;
    if (thumbprint === undefined) {
      if (mtls !== 'required') return;
      throw new CredentialError('certificate_required', 'The token is not bound to a certificate.');
    }
    if (mtls === 'off') throw constrained('The token is bound to a certificate.');
    const pem = evidence?.(publicUrl).clientCertificate;
    if (pem === undefined) throw new CredentialError('certificate_missing', 'The request came without a certificate.');
    if (thumbprint === certificateThumbprint(pem)) return;
    throw new CredentialError('certificate_mismatch', 'The token is bound to another certificate.');
  }
}

/** RFC 8705 section 3.1: of the DER form. `undefined` if the text is not a certificate. */
function certificateThumbprint(pem: string): string | undefined {
  try {
    return hash('sha256', new X509Certificate(pem).raw, 'base64url');
  } catch {
    return undefined;
  }
}

function missing(message: string): CredentialError {
  return new CredentialError('proof_missing', message);
}

function constrained(message: string): CredentialError {
  return new CredentialError('token_sender_constrained', message);
}
