/** Shows what setting up or tearing down came to, or would come to. */
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
  /** Where is written what was there before. */
  readonly recordPath: string;
}

export async function showOutcome(shown: Shown, { ports: { terminal }, isJson }: Context): Promise<void> {
  const { changes, isDryRun, recordPath } = shown;
  const warnings = shown.outcomes.flatMap((outcome) => outcome.warnings);
  if (isJson) {
    const told = warnings.map(({ code, message }) => ({ code, message }));
    return printJson(terminal, { dryRun: isDryRun, changes, warnings: told, record: recordPath });
  }
  await showChanges(changes, terminal);
  for (const { message } of warnings) terminal.note(`Warning: ${printable(message)}`);
  if (changes.length === 0) terminal.print('Nothing has to change.');
  else if (isDryRun) terminal.print('Nothing was changed: this was a rehearsal.');
}

/** Tells how far it got before it failed, and goes on failing. */
export async function tellHalf(
  error: unknown,
  { changes, isDryRun, recordPath }: Omit<Shown, 'outcomes'>,
  { ports: { terminal } }: Context,
): Promise<never> {
  if (changes.length > 0 && !isDryRun) {
    await showChanges(changes, { ...terminal, print: terminal.note });
    terminal.note(`So far it got. The record in ${recordPath} leads on ("asp setup") or back ("asp teardown").`);
  }
  throw error;
}

async function showChanges(changes: readonly TenantChange[], { print, style }: Context['ports']['terminal']) {
  for (const change of changes) {
    for (const line of await describeChange(change, style)) print(line);
  }
}
