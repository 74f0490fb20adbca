/** Shows what setup or teardown changed, or would change. */
import type { SetupOutcome } from '../setup/setup-outcome.ts';
import type { Context } from './command.ts';
import { printJson } from './print-json.ts';
import { printable } from './printable.ts';
import { describeChange } from './tenant-change.ts';
import type { TenantChange } from './watched-tenant.ts';

export interface Shown {
  readonly changes: readonly TenantChange[];
  readonly outcomes: readonly SetupOutcome[];
  readonly isDryRun: boolean;
  /** The file that records the previous state. */
  readonly recordPath: string;
}

export function showOutcome(shown: Shown, { ports: { terminal }, isJson }: Context): void {
  const { changes, isDryRun, recordPath } = shown;
  const warnings = shown.outcomes.flatMap((outcome) => outcome.warnings);
  if (isJson) {
    const described = warnings.map(({ code, message }) => ({ code, message }));
    printJson(terminal, { dryRun: isDryRun, changes, warnings: described, record: recordPath });
    return;
  }
  showChanges(changes, terminal);
  for (const { message } of warnings) terminal.note(`Warning: ${printable(message)}`);
  if (changes.length === 0) terminal.print('Nothing has to change.');
  else if (isDryRun) terminal.print('Nothing was changed: this was a dry run.');
}

/** Shows the changes that were made before an error, then throws the error again. */
export function reportPartialChanges(
  error: unknown,
  { changes, isDryRun, recordPath }: Omit<Shown, 'outcomes'>,
  { ports: { terminal } }: Context,
): never {
  if (changes.length > 0 && !isDryRun) {
    showChanges(changes, { ...terminal, print: terminal.note });
    terminal.note(
      `These changes were made before the error. ${recordPath} records the previous state. Run "asp setup" to continue, or "asp teardown" to go back.`,
    );
  }
  throw error;
}

function showChanges(changes: readonly TenantChange[], { print, style }: Context['ports']['terminal']) {
  for (const change of changes) {
    for (const line of describeChange(change, style)) print(line);
  }
}
