/** How a command ends, as the shell sees it. */
import { ConfigurationError } from '../core/errors.ts';
import { CliError } from './errors.ts';

export const EXIT = {
  /** Done. */
  done: 0,
  /** Refused, failed, or checked and found wanting. */
  failed: 1,
  /** The command line or a setting is at fault; nothing was tried. */
  usage: 2,
  /** Ctrl-C, as shells count it: 128 + SIGINT. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The exit code for something thrown. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof ConfigurationError && error.code === 'configuration_invalid') return EXIT.usage;
  if (!(error instanceof CliError)) return EXIT.failed;
  if (error.code === 'usage') return EXIT.usage;
  return error.code === 'interrupted' ? EXIT.interrupted : EXIT.failed;
}
