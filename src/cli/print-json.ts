/** Prints a result for programs: one JSON value on one line. Its members are stable and documented in docs/cli.md. */
import type { Terminal } from './terminal.ts';

export function printJson({ print }: Pick<Terminal, 'print'>, value: unknown): void {
  print(JSON.stringify(value));
}
