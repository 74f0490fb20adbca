import { describe, expect, it } from 'vitest';
import { MemoryEntryTable } from '../../../local/memory-tables.ts';
import type { Credential } from '../../../src/core/credential.ts';
import { type EntryTable, TableError, type TableFailure } from '../../../src/shared-state/ports.ts';
import { SharedCache } from '../../../src/shared-state/shared-cache.ts';
import type { SharedPrincipal } from '../../../src/shared-state/shared-entry.ts';
import type { TableEvent } from '../../../src/shared-state/table-access.ts';
import { FrozenClock, NOW_MS } from '../../support/core/clock.ts';

const PASSWORD: Credential = { kind: 'bearer', token: 'abcdefghijklmnop' };
const ENTRY: SharedPrincipal = {
  principal: {
    subject: 'auth0|1234',
    username: undefined,
    scopes: ['read:foo'],
    tokenType: 'application_specific_password_token',
    clientId: undefined,
    organizationId: undefined,
    issuer: 'https://tenant.example/',
    expiresAt: undefined,
  },
  startedAtMs: NOW_MS,
  freshUntilMs: NOW_MS + 300_000,
  usableUntilMs: NOW_MS + 360_000,
};

/** The time limits of this test end when nothing else is left to do. */
const afterEverythingElse = () => new Promise<void>((resolve) => setImmediate(resolve));
const never = () => new Promise<never>(() => undefined);

function cacheOver(table: EntryTable, settings: { pepper?: () => Promise<string>; clock?: FrozenClock } = {}) {
  const clock = settings.clock ?? new FrozenClock();
  const events: TableEvent[] = [];
  const cache = new SharedCache({
    table,
    readPepper: settings.pepper ?? (async () => 'p'.repeat(64)),
    fingerprint: 'f',
    clock: clock.read,
    sleep: afterEverythingElse,
  });
  const observe = (event: TableEvent) => events.push(event);
  return {
    clock,
    outcomes: () => events.map(({ operation, outcome }) => `${operation} ${outcome}`),
    read: (credential = PASSWORD) => cache.read(credential, observe),
    write: (entry: Parameters<SharedCache['write']>[1] = ENTRY) => cache.write(PASSWORD, entry, observe),
  };
}

/** A table whose calls all fail in one way. */
function failing(failure: TableFailure) {
  const timeouts: number[] = [];
  const fail = async (timeoutMs: number) => {
    timeouts.push(timeoutMs);
    throw new TableError(failure, 'Down.');
  };
  const table: EntryTable = { read: (_, ms) => fail(ms), write: (_, __, ___, ms) => fail(ms) };
  return { table, timeouts };
}

describe('an entry', () => {
  it('is found by every container with the same pepper and configuration', async () => {
    const table = new MemoryEntryTable();
    await cacheOver(table).write();
    const other = cacheOver(table);
    expect(await other.read()).toEqual(ENTRY);
    expect(other.outcomes()).toEqual(['read hit']);
  });

  it('leaves nothing readable in the table', async () => {
    const table = new MemoryEntryTable();
    await cacheOver(table).write();
    const stored = JSON.stringify([...table.entries]);
    for (const secret of [PASSWORD.token, 'auth0|1234', 'read:foo']) {
      expect(stored).not.toContain(secret);
      expect(stored).not.toContain(Buffer.from(secret).toString('base64').slice(0, 8));
    }
  });

  it('is a miss once it has expired inside, although the table still has it', async () => {
    const table = new MemoryEntryTable();
    const { clock, read, write } = cacheOver(table);
    await write();
    clock.advanceSeconds(359.999);
    expect(await read()).toEqual(ENTRY);
    clock.advanceSeconds(0.001);
    expect(await read()).toBeUndefined();
  });

  it('is a miss if its lookup lies in the future, where no revocation would reach it', async () => {
    const { clock, read, write } = cacheOver(new MemoryEntryTable());
    await write();
    clock.nowMs -= 5000;
    expect(await read()).toEqual(ENTRY);
    clock.nowMs -= 1;
    expect(await read()).toBeUndefined();
  });

  it('is a miss if it was written for another credential', async () => {
    const table = new MemoryEntryTable();
    const { read, write, outcomes } = cacheOver(table);
    await write();
    const [sealed = ''] = table.entries.values();
    await read({ kind: 'bearer', token: 'ponmlkjihgfedcba' });
    table.read = async () => sealed;
    expect(await read({ kind: 'bearer', token: 'ponmlkjihgfedcba' })).toBeUndefined();
    expect(await read({ kind: 'basic', username: 'user', secret: PASSWORD.token })).toBeUndefined();
    expect(outcomes()).toEqual(['write written', 'read miss', 'read unreadable', 'read unreadable']);
  });

  it('may be deleted by DynamoDB only after it has expired', async () => {
    const expiries: number[] = [];
    const table: EntryTable = {
      read: never,
      write: async (_, __, expiresAt) => {
        expiries.push(expiresAt);
      },
    };
    await cacheOver(table).write({ ...ENTRY, usableUntilMs: NOW_MS + 1 });
    expect(expiries).toEqual([Math.ceil((NOW_MS + 1) / 1000)]);
  });
});

describe('a table that cannot be used', () => {
  it.each(['timeout', 'throttled', 'denied', 'missing', 'unreadable'] as const)('is a miss: %s', async (failure) => {
    const { read, write, outcomes } = cacheOver(failing(failure).table);
    expect(await read()).toBeUndefined();
    await write();
    expect(outcomes()).toEqual([`read ${failure}`, `write ${failure}`]);
  });

  it('is a miss even if it fails in a way that nobody expected', async () => {
    const table: EntryTable = { read: () => Promise.reject(new TypeError('a defect')), write: never };
    const { read, outcomes } = cacheOver(table);
    expect(await read()).toBeUndefined();
    expect(outcomes()).toEqual(['read unreadable']);
  });

  it('gets a second for the first call, and 150 ms for every other', async () => {
    const { table, timeouts } = failing('timeout');
    const { read } = cacheOver(table);
    await read();
    await read();
    expect(timeouts).toEqual([1000, 150]);
  });

  it('is left alone after three failures in a row, for longer and longer, up to 30 s', async () => {
    const { table, timeouts } = failing('timeout');
    const { clock, read, outcomes } = cacheOver(table);
    for (let call = 0; call < 3; call += 1) await read();
    await read();
    expect(outcomes().at(-1)).toBe('read paused');
    expect(timeouts).toHaveLength(3);
    for (const seconds of [1, 2, 4, 8, 16, 30, 30]) {
      clock.advanceSeconds(seconds - 0.001);
      await read();
      const before = timeouts.length;
      clock.advanceSeconds(0.001);
      await read();
      expect(timeouts.length).toBe(before + 1);
    }
  });

  it('is used again once it responds', async () => {
    const entries = new MemoryEntryTable();
    let current: EntryTable = failing('timeout').table;
    const table: EntryTable = { read: (id, ms) => current.read(id, ms), write: (...args) => current.write(...args) };
    const { clock, read, write } = cacheOver(table);
    for (let call = 0; call < 3; call += 1) await read();
    current = entries;
    clock.advanceSeconds(1);
    await write();
    expect(await read()).toEqual(ENTRY);
  });
});

describe('the pepper', () => {
  it('is read once in five minutes', async () => {
    let reads = 0;
    const pepper = async () => {
      reads += 1;
      return 'p'.repeat(64);
    };
    const { clock, read } = cacheOver(new MemoryEntryTable(), { pepper });
    await Promise.all([read(), read()]);
    clock.advanceSeconds(299);
    await read();
    expect(reads).toBe(1);
    clock.advanceSeconds(1);
    await read();
    expect(reads).toBe(2);
  });

  it('makes old entries unusable when it is rotated, and nothing else', async () => {
    let pepper = 'p'.repeat(64);
    const { clock, read, write, outcomes } = cacheOver(new MemoryEntryTable(), { pepper: async () => pepper });
    await write();
    pepper = 'q'.repeat(64);
    clock.advanceSeconds(300);
    expect(await read()).toBeUndefined();
    await write({ ...ENTRY, usableUntilMs: NOW_MS + 600_000 });
    expect(await read()).toMatchObject({ principal: ENTRY.principal });
    expect(outcomes()).toEqual(['write written', 'read miss', 'write written', 'read hit']);
  });

  it('stays in use while a newer one cannot be read', async () => {
    let pepper: () => Promise<string> = async () => 'p'.repeat(64);
    const { clock, read, write } = cacheOver(new MemoryEntryTable(), { pepper: () => pepper() });
    await write();
    pepper = () => Promise.reject(new Error('down'));
    clock.advanceSeconds(300);
    expect(await read()).toEqual(ENTRY);
  });

  it('is not waited for longer than for the table: without it the read is a miss', async () => {
    const { read, outcomes } = cacheOver(new MemoryEntryTable(), { pepper: never });
    expect(await read()).toBeUndefined();
    expect(outcomes()).toEqual(['read unreadable']);
  });
});
