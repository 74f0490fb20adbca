/**
 * Makes sure that each DPoP proof is accepted once, by all containers together. The id of a proof depends on no secret, so that no
 * change of a secret lets a proof pass again.
 */
import { hash } from 'node:crypto';
import { BoundedMap } from '../core/bounded-map.ts';
import type { Clock } from '../core/clock.ts';
import { CredentialError, SharedStateError } from '../core/errors.ts';
import { type ProofTable, TableError } from '../shared-state/ports.ts';
import { TableAccess, type TableObserver } from '../shared-state/table-access.ts';
import type { DpopProof } from './dpop-proof.ts';

/** Without a record the caller gets 503, so it is worth waiting longer than for a cache. */
const TIMEOUT_MS = 1000;
const LONGEST_PAUSE_MS = 1000;
const MAXIMUM_KNOWN = 10_000;
/** The item must outlive the proof also where the clock is behind, and while a lookup takes its time. */
const KEPT_LONGER_SECONDS = 60;
const ADVICE = 'Check the table of proofs and the role of the function.';

/** Accepts each proof once. */
export class ReplayGuard {
  readonly #table: ProofTable;
  readonly #access: TableAccess;
  /** The proofs that this process has seen, so that replaying one costs no call. */
  readonly #known = new BoundedMap<string, true>(MAXIMUM_KNOWN);

  constructor(table: ProofTable, clock: Clock) {
    this.#table = table;
    this.#access = new TableAccess({
      ...{ table: 'proofs', clock, timeoutMs: TIMEOUT_MS, longestPauseMs: LONGEST_PAUSE_MS },
      pausesForThrottles: false,
    });
  }

  /**
   * Records a proof.
   *
   * @throws CredentialError `proof_replayed` if it was recorded before
   * @throws SharedStateError `proofs_unrecordable` if a replay could not be detected
   * @see RFC 9449 section 11.1
   */
  async record({ jwkThumbprint, jti, expiresAtMs }: DpopProof, observe?: TableObserver): Promise<void> {
    // A thumbprint has no colon, so no two pairs have the same text.
    const id = hash('sha256', `${jwkThumbprint}:${jti}`, 'base64url');
    if (this.#known.get(id)) throw replayed();
    const expiresAt = Math.ceil(expiresAtMs / 1000) + KEPT_LONGER_SECONDS;
    const isNew = await this.#access
      .add((timeoutMs) => this.#table.add(id, expiresAt, timeoutMs), observe)
      .catch((cause: unknown) => {
        if (!(cause instanceof TableError)) throw cause;
        const message = `The DPoP proof cannot be recorded (${cause.failure}), so a replay could not be detected. ${ADVICE}`;
        throw new SharedStateError('proofs_unrecordable', message, { cause });
      });
    this.#known.set(id, true);
    if (!isNew) throw replayed();
  }
}

function replayed(): CredentialError {
  return new CredentialError('proof_replayed', 'A proof with this "jti" and key was used before.');
}
