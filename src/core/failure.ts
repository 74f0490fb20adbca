/** Describes an error for the operator. Shows the message of our own errors, but only the name of any other. */
import { CodedError } from './errors.ts';

export interface Failure {
  readonly code: string;
  /** Holds no secret. */
  readonly reason: string;
  /** Where an unexpected error came from, for the log. */
  readonly place?: readonly string[];
}

const MOST_FRAMES = 8;

export function describeFailure(error: unknown): Failure {
  if (error instanceof CodedError) return { code: String(error.code), reason: error.message };
  const name = error instanceof Error ? error.name : typeof error;
  return {
    code: 'unexpected',
    reason: `The function failed unexpectedly (${name}). Its log says where. Deploy again, and report the error if it persists.`,
    place: framesOf(error),
  };
}

/** The frames of a stack, without the message, which may contain anything. */
function framesOf(error: unknown): readonly string[] {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, MOST_FRAMES)
    .map((line) => line.trim());
}
