/** An app specific password as its user sees it. */
import type { ApplicationPassword } from '../management/application-passwords.ts';
import { shownLabel } from './label.ts';
import type { Expiry } from './ports.ts';

export interface PasswordView {
  readonly id: string;
  readonly label: string;
  readonly scopes: readonly string[];
  /** Times are in ISO 8601, UTC; `null` if there is none. */
  readonly createdAt: string | null;
  readonly lastUsedAt: string | null;
  readonly expiresAt: string | null;
  /** `expired`: it is refused, and will be gone soon. */
  readonly state: 'active' | 'expired';
}

/** @param expiry `undefined` if it does not expire */
export function passwordView(
  { id, label, scopes, createdAt, lastAccessed }: ApplicationPassword,
  expiry: Pick<Expiry, 'expiresAt'> | undefined,
  nowMs: number,
): PasswordView {
  return {
    id,
    label: shownLabel(label),
    scopes,
    createdAt: isoTime(createdAt),
    lastUsedAt: isoTime(lastAccessed),
    expiresAt: expiry ? new Date(expiry.expiresAt * 1000).toISOString() : null,
    state: expiry && expiry.expiresAt * 1000 <= nowMs ? 'expired' : 'active',
  };
}

/** The tenant writes ISO 8601. Anything that is not a time counts as absent. */
function isoTime(text: string | undefined): string | null {
  const timeMs = Date.parse(text ?? '');
  return Number.isNaN(timeMs) ? null : new Date(timeMs).toISOString();
}
