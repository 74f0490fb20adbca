/** Describes an error to whoever deploys. Our own errors give their message; of all others only the name is passed on. */
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
    reason: `The function failed unexpectedly (${name}). Its log says where. Deploy again, and report the error if it stays.`,
    place: framesOf(error),
  };
}

/** The lines of a stack that name code, without the message, which may hold anything. */
function framesOf(error: unknown): readonly string[] {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, MOST_FRAMES)
    .map((line) => line.trim());
}
