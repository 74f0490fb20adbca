/** The exit codes of `asp`. docs/cli.md documents them. */
import { ConfigurationError } from '../core/errors.ts';
import { CliError } from './errors.ts';

export const EXIT = {
  /** Done. */
  done: 0,
  /** Refused or failed, or a check failed. */
  failed: 1,
  /** The command line or a setting is wrong; nothing was tried. */
  usage: 2,
  /** Ctrl-C: 128 + SIGINT, as in shells. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The exit code for a thrown error. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof ConfigurationError && error.code === 'configuration_invalid') return EXIT.usage;
  if (!(error instanceof CliError)) return EXIT.failed;
  if (error.code === 'usage') return EXIT.usage;
  return error.code === 'interrupted' ? EXIT.interrupted : EXIT.failed;
}
