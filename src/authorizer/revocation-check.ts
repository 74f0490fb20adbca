/**
 * What revocation marks mean for a credential. A cached result that is older than a mark is looked up anew. With `revokeJwts`, a JWT
 * that was issued before its user was revoked is refused.
 */
import type { Clock } from '../core/clock.ts';
import { CredentialError, SharedStateError } from '../core/errors.ts';
import { ACCESS_TOKEN, type Principal } from '../core/principal.ts';
import { hasNewer, type Marks, REVOCATION_KINDS, type RevocationKind } from '../shared-state/revocation-mark.ts';
import type { Revocations } from '../shared-state/revocations.ts';
import { CLOCK_SKEW_MS } from '../shared-state/shared-cache.ts';
import type { TableObserver } from '../shared-state/table-access.ts';

/** The kind of a credential, as far as its form shows. */
export type CredentialForm = 'jwt' | 'opaque' | 'basic';

/** The result of an earlier lookup. */
export interface EarlierResult {
  readonly principal: Principal;
  /** When the lookup started, in epoch milliseconds. */
  readonly startedAtMs: number;
}

export interface RevocationCheckSettings {
  readonly revocations: Revocations;
  /** Refuse JWTs from before a revocation. Then JWTs and cached results lead to 503 while the marks cannot be read. */
  readonly revokeJwts: boolean;
  /** Whether JWTs are introspected too. */
  readonly introspectJwts: boolean;
  /** Finds the issuer under which the marks of an issuer's users are stored. A tenant with two domains has one user under both. */
  readonly markIssuerOf: (issuer: string) => string;
  readonly clock: Clock;
}

/** A login is not affected by the deletion of an app specific password. */
const KINDS_FOR_LOGIN: readonly RevocationKind[] = ['all'];

export class RevocationCheck {
  readonly #settings: RevocationCheckSettings;

  constructor(settings: RevocationCheckSettings) {
    this.#settings = settings;
  }

  /**
   * Decides whether a cached result must be looked up anew. Returns no promise if recent readings of the marks are enough.
   *
   * @throws SharedStateError `revocations_unreadable`, with `revokeJwts` only. Without it, the caches' TTLs are the guarantee
   */
  isOutdated(form: CredentialForm, result: EarlierResult, observe?: TableObserver): boolean | Promise<boolean> {
    // Its signature stays valid. `assertJwtStands` compares its `iat` with the marks.
    if (form === 'jwt' && !this.#settings.introspectJwts) return false;
    const kinds = form === 'basic' && result.principal.tokenType === ACCESS_TOKEN ? KINDS_FOR_LOGIN : REVOCATION_KINDS;
    const sinceMs = result.startedAtMs - CLOCK_SKEW_MS;
    const marks = this.#marks(sinceMs, result.principal, observe);
    return marks instanceof Promise
      ? marks.then((read) => hasNewer(read, kinds, sinceMs))
      : hasNewer(marks, kinds, sinceMs);
  }

  /**
   * Refuses a JWT that was issued before its user was revoked.
   *
   * @throws CredentialError `token_revoked`
   * @throws SharedStateError `revocations_unreadable`
   */
  async assertJwtStands(principal: Principal, observe?: TableObserver): Promise<void> {
    if (!this.#settings.revokeJwts) return;
    const issuedAtMs = this.#issuedAtMs(principal);
    const marks = await this.#marks(issuedAtMs, principal, observe);
    if (hasNewer(marks, ['all'], issuedAtMs)) {
      throw new CredentialError('token_revoked', 'The token was issued before its user was revoked.');
    }
  }

  /** A token without "iat" counts as old, and so does one from the future. */
  #issuedAtMs({ issuedAt = 0 }: Principal): number {
    const issuedAtMs = issuedAt * 1000;
    return issuedAtMs <= this.#settings.clock() + CLOCK_SKEW_MS ? issuedAtMs : 0;
  }

  /** Reads what the next requests will probably need. Never throws. */
  prefetch(observe?: TableObserver): Promise<void> {
    return this.#settings.revocations.prefetch(observe);
  }

  #marks(sinceMs: number, { issuer, subject }: Principal, observe: TableObserver | undefined): Marks | Promise<Marks> {
    const { revocations, markIssuerOf } = this.#settings;
    const marks = revocations.since(sinceMs, markIssuerOf(issuer), subject, observe);
    return marks instanceof Promise ? marks.catch(() => this.#withoutMarks()) : marks;
  }

  #withoutMarks(): Marks {
    if (!this.#settings.revokeJwts) return {};
    throw new SharedStateError(
      'revocations_unreadable',
      'The revocation marks cannot be read, and "revokeJwts" requires them.',
    );
  }
}
