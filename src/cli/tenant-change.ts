/** One change to the tenant, as it is shown: by `--dry-run` before, and by the command itself when it is done. */

import { readKeys } from './held-keys.ts';
import { printable } from './printable.ts';
import type { Style } from './style.ts';
import type { TenantChange } from './watched-tenant.ts';

/** Answers lines: what is changed, then what goes (`-`) and what comes (`+`). */
export async function describeChange(change: TenantChange, style: Style): Promise<readonly string[]> {
  const before = await entriesOf(change.before);
  const after = await entriesOf(change.after);
  const gone = before.filter((entry) => !after.includes(entry));
  const come = after.filter((entry) => !before.includes(entry));
  return [
    style.bold(printable([change.target, change.property].filter(Boolean).join(', '))),
    ...gone.map((entry) => style.bad(`  - ${entry}`)),
    ...come.map((entry) => style.good(`  + ${entry}`)),
  ];
}

async function entriesOf(value: unknown): Promise<readonly string[]> {
  if (value === null || value === undefined) return [];
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return Promise.all(values.map(describeEntry));
}

async function describeEntry(entry: unknown): Promise<string> {
  const [key] = await readKeys(entry);
  if (key) return `${key.form}, key ${key.thumbprint}`;
  return printable(typeof entry === 'string' ? entry : JSON.stringify(entry));
}
