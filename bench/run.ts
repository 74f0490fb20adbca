/**
 * `npm run bench`: measures every path beside its floor and a peer, in about a minute. `--json` prints the rows as
 * JSON. `--only <name>` runs the cases whose name contains that text.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadBundled } from './bundle.ts';
import { coldStart } from './cases/cold-start.ts';
import { commandLine } from './cases/command-line.ts';
import { introspections } from './cases/introspections.ts';
import { loadedCode } from './cases/loaded-code.ts';
import { sharedCacheHit } from './cases/shared-cache-hit.ts';
import { unseenOpaqueToken } from './cases/unseen-opaque-token.ts';
import type { Row } from './row.ts';
import { toTable } from './table.ts';

type Case = () => Promise<readonly Row[]>;

const CASES: Readonly<Record<string, Case>> = {
  'known-principal': () => runBundled('bench/cases/known-principal.ts', 'knownPrincipal'),
  'unseen-jwt': () => runBundled('bench/cases/unseen-jwt.ts', 'unseenJwt'),
  'unseen-opaque-token': unseenOpaqueToken,
  'shared-cache-hit': sharedCacheHit,
  'one-flight': () => runBundled('bench/cases/one-flight.ts', 'oneFlight'),
  introspections,
  'cold-start': coldStart,
  'loaded-code': loadedCode,
  'command-line': commandLine,
};

const { values } = parseArgs({ options: { json: { type: 'boolean' }, only: { type: 'string', default: '' } } });
const rows: Row[] = [];
for (const [name, run] of Object.entries(CASES)) {
  if (name.includes(values.only)) rows.push(...(await run()));
}
process.stdout.write(`${values.json ? JSON.stringify(rows) : toTable(rows)}\n`);

/**
 * Cases that run in this process are bundled as well: a TypeScript loader would add as much time as they take
 * themselves.
 */
async function runBundled(entry: string, name: string): Promise<readonly Row[]> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const exported = (await loadBundled(entry, join(directory, 'case.cjs'))) as Readonly<Record<string, Case>>;
    const run = exported[name];
    if (!run) throw new TypeError(`${entry} exports no ${name}.`);
    return await run();
  } finally {
    rmSync(directory, { recursive: true });
  }
}
