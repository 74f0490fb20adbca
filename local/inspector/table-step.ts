/** The steps of calls to shared tables. */
import type { TableEvent } from '../../src/shared-state/table-access.ts';
import type { Rule, Step } from '../../web/inspector/protocol.ts';
import { RULES } from './rules.ts';

export function isCacheRead(event: { readonly kind: string }): boolean {
  return (
    event.kind === 'table' &&
    'table' in event &&
    event.table === 'cache' &&
    'operation' in event &&
    event.operation === 'read'
  );
}

const TABLE_TITLES: Readonly<Record<string, Readonly<Record<TableEvent['operation'], string>>>> = {
  cache: {
    read: 'The process asks the cache that all containers share',
    write: 'The process tells the shared cache what it found out',
  },
  marks: { read: 'The process looks for revocations', write: 'The process writes a revocation' },
  proofs: { read: 'The process looks for the proof', write: 'The process records that the proof is used' },
  expiries: { read: 'The process looks up when the app password expires', write: 'The process writes an expiry' },
};
const TABLE_RULES: Readonly<Record<string, Rule>> = {
  cache: RULES.sharedCache,
  marks: RULES.revocation,
  proofs: RULES.bound,
  expiries: RULES.expiry,
};
const TABLE_RESULTS: Readonly<Record<string, string>> = {
  'cache hit': 'Another lookup has left a sealed entry',
  'cache miss': 'There is no entry',
  'cache written': 'The entry is sealed with a key that only the credential yields',
  'marks hit': 'There is a mark, and its time is compared',
  'marks miss': 'There is none',
  'proofs written': 'It was not used before',
  'proofs hit': 'It was used before',
  'expiries hit': 'It has an expiry, which is compared with the clock',
  'expiries miss': 'It never expires',
};

export function tableStep({ table, operation, outcome, durationMs }: TableEvent, atMs: number): Step {
  const result = TABLE_RESULTS[`${table} ${outcome}`];
  return {
    station: 'caches',
    title: TABLE_TITLES[table]?.[operation] ?? `The process uses the table ${table}`,
    result: result ?? `It cannot be used: ${outcome}`,
    state: result === undefined ? 'failed' : outcome === 'hit' && table === 'cache' ? 'passed' : 'info',
    atMs,
    durationMs,
    rule: TABLE_RULES[table] ?? RULES.tenant,
  };
}
