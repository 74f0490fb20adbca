/** The reason codes in `docs/reason-codes.md`, by the status under which they are listed. */
import { readFileSync } from 'node:fs';

const DOCUMENT = readFileSync(new URL('../../docs/reason-codes.md', import.meta.url), 'utf8');

export function documentedReasons(status: '401' | '403' | '503'): ReadonlySet<string> {
  const section = DOCUMENT.split('\n## ').find((text) => text.startsWith(status)) ?? '';
  const codes = [...section.matchAll(/^\| `([a-z_]+)`/gm)].map(([, code = '']) => code);
  if (codes.length === 0) throw new Error(`docs/reason-codes.md lists no reason under ${status}.`);
  return new Set(codes);
}
