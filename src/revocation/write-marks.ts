/** Writes the marks of a batch of messages. */
import {
  markId,
  NEWEST_MARK_ID,
  REVOCATION_KINDS,
  type RevocationKind,
  type RevocationMark,
} from '../shared-state/revocation-mark.ts';
import type { MarkWriter } from './ports.ts';

/** The issuer is that of the function. */
export type NewMark = Omit<RevocationMark, 'issuer'>;

/** Clocks may differ by some seconds, and the table may delete an item as soon as it has expired. */
const EXPIRY_MARGIN_SECONDS = 60;

export interface MarkRules {
  readonly issuer: string;
  /** How long marks are kept. */
  readonly keptSeconds: number;
  readonly nowMs: number;
}

/**
 * Writes marks: first the item with the newest mark of all users. While that is old, an authorizer does not read a user's mark.
 *
 * @returns for each mark whether it was written, in the same order
 * @throws if the newest mark could not be written; then no other was
 */
export async function writeMarks(
  marks: readonly NewMark[],
  writer: MarkWriter,
  { issuer, keptSeconds, nowMs }: MarkRules,
): Promise<readonly PromiseSettledResult<void>[]> {
  const expiresAt = Math.ceil(nowMs / 1000) + keptSeconds + EXPIRY_MARGIN_SECONDS;
  for (const kind of REVOCATION_KINDS) {
    const newestMs = newestOf(marks, kind);
    if (newestMs !== undefined) await writer.grow(NEWEST_MARK_ID, kind, newestMs, expiresAt);
  }
  return Promise.allSettled(
    marks.map(({ subject, kind, timeMs }) => writer.grow(markId(issuer, subject), kind, timeMs, expiresAt)),
  );
}

function newestOf(marks: readonly NewMark[], kind: RevocationKind): number | undefined {
  const times = marks.filter((mark) => mark.kind === kind).map(({ timeMs }) => timeMs);
  return times.length === 0 ? undefined : Math.max(...times);
}
