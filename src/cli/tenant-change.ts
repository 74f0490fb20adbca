/** Describes one change to the tenant. `--dry-run` shows it before, and the command itself after the change. */

import { readKeys } from './held-keys.ts';
import { printable } from './printable.ts';
import type { Style } from './style.ts';
import type { TenantChange } from './watched-tenant.ts';

/** @returns lines: what is changed, what is removed (`-`), what is added (`+`) */
export function describeChange(change: TenantChange, style: Style): readonly string[] {
  const before = entriesOf(change.before);
  const after = entriesOf(change.after);
  const removed = before.filter((entry) => !after.includes(entry));
  const added = after.filter((entry) => !before.includes(entry));
  return [
    style.bold(printable([change.target, change.property].filter(Boolean).join(', '))),
    ...removed.map((entry) => style.bad(`  - ${entry}`)),
    ...added.map((entry) => style.good(`  + ${entry}`)),
  ];
}

function entriesOf(value: unknown): readonly string[] {
  if (value === null || value === undefined) return [];
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.map(describeEntry);
}

function describeEntry(entry: unknown): string {
  const [key] = readKeys(entry);
  if (key) return `${key.form}, key ${key.thumbprint}`;
  return printable(typeof entry === 'string' ? entry : JSON.stringify(entry));
}
