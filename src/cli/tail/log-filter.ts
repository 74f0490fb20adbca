/** Chooses the lines that the options of `asp tail` ask for. */
import { subjectDigest } from '../../core/principal.ts';
import type { Arguments } from '../arguments.ts';
import { usageError } from '../errors.ts';
import { isDecision, type LogLine, outcomeNamed } from './log-record.ts';

const REASON = /^[a-z][a-z_]{1,39}$/;
const MOST_SUBJECT_CHARACTERS = 512;
/** The shortest beginning of a digest that is accepted: what a line shows. */
export const SHOWN_DIGEST_CHARACTERS = 8;
const DIGEST = /^[\w-]{16}$/;
const DIGEST_BEGINNING = /^[\w-]{8,15}$/;

/** @throws CliError `usage` */
export function filterOf(args: Arguments): (line: LogLine) => boolean {
  const reasons = new Set(args.texts('reason').map(checkedReason));
  const outcomes = new Set<string>(args.texts('outcome').map(checkedOutcome));
  const isOfSubject = subjectFilter(args);
  return (line) => {
    if (!isOfSubject(line.sub)) return false;
    const reason = isDecision(line) ? line.reason : (line.code ?? '');
    return (reasons.size === 0 || reasons.has(reason)) && (outcomes.size === 0 || outcomes.has(line.outcome));
  };
}

function subjectFilter(args: Arguments): (sub: string | null) => boolean {
  if (args.text('sub') === undefined) return () => true;
  const subject = args.required('sub');
  if (subject.length > MOST_SUBJECT_CHARACTERS) {
    throw usageError('The option --sub is too long. Expected the id of a user, such as auth0|1234, or its digest.');
  }
  const names = new Set([subject, subjectDigest(subject)]);
  const isBeginning = DIGEST_BEGINNING.test(subject);
  return (sub) => sub !== null && (names.has(sub) || (isBeginning && DIGEST.test(sub) && sub.startsWith(subject)));
}

function checkedReason(text: string): string {
  if (REASON.test(text)) return text;
  throw usageError('The option --reason is not a reason code. Expected one from docs/reason-codes.md, or allowed.');
}

function checkedOutcome(text: string): string {
  const outcome = outcomeNamed(text);
  if (outcome !== undefined) return outcome;
  throw usageError('The option --outcome is wrong. Expected allow, deny, unauthenticated or unavailable.');
}
