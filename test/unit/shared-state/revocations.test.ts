import { describe, expect, it } from 'vitest';
import { MemoryMarkTable } from '../../../local/memory-tables.ts';
import { TableError } from '../../../src/shared-state/ports.ts';
import { markId, NEWEST_MARK_ID } from '../../../src/shared-state/revocation-mark.ts';
import { Revocations } from '../../../src/shared-state/revocations.ts';
import { FrozenClock, NOW_MS } from '../../support/core/clock.ts';

const ISSUER = 'https://tenant.example/';

function revocations() {
  const clock = new FrozenClock();
  const table = new MemoryMarkTable();
  const reader = new Revocations({ table, clock: clock.read, seconds: 5 });
  const mark = (subject: string, timeMs = clock.nowMs) => {
    for (const id of [NEWEST_MARK_ID, markId(ISSUER, subject)]) table.grow(id, 'all', timeMs);
  };
  return { clock, table, mark, since: (sinceMs: number, subject = 'alice') => reader.since(sinceMs, ISSUER, subject) };
}

describe('the id of a mark', () => {
  it('differs for each issuer and subject, and does not show them', () => {
    const ids = [markId('a', 'bc'), markId('ab', 'c'), markId(ISSUER, 'alice'), markId(ISSUER, 'bob')];
    expect(new Set(ids).size).toBe(4);
    for (const id of ids) expect(id).toMatch(/^[\w-]{43}$/);
  });
});

describe('the marks of a user', () => {
  it('are found if they are newer than the moment', async () => {
    const { mark, since } = revocations();
    mark('alice', NOW_MS - 10);
    expect(await since(NOW_MS - 11)).toEqual({ all: NOW_MS - 10 });
  });

  it('are none for another user', async () => {
    const { mark, since } = revocations();
    mark('bob');
    expect(await since(NOW_MS - 11)).toEqual({});
  });

  it('are not read if the newest mark of all users is older than the moment', async () => {
    const { table, mark, since } = revocations();
    mark('alice', NOW_MS - 10);
    expect(await since(NOW_MS - 10)).toEqual({});
    expect(await since(NOW_MS - 10, 'bob')).toEqual({});
    expect(table.reads).toBe(1);
  });

  it('are read at most once in the interval, and then again', async () => {
    const { clock, table, mark, since } = revocations();
    mark('bob');
    await since(NOW_MS - 1);
    clock.advanceSeconds(4.999);
    mark('alice');
    expect(await since(NOW_MS - 1)).toEqual({});
    expect(table.reads).toBe(2);
    clock.advanceSeconds(0.001);
    expect(await since(NOW_MS - 1)).toEqual({ all: clock.nowMs - 1 });
    expect(table.reads).toBe(4);
  });

  it('are answered at once by a recent reading', async () => {
    const { mark, since } = revocations();
    mark('alice');
    await since(NOW_MS - 1);
    expect(since(NOW_MS)).toEqual({});
    expect(since(NOW_MS - 1)).toEqual({ all: NOW_MS });
  });

  it('are read once for many questions at the same moment', async () => {
    const { table, mark, since } = revocations();
    mark('alice');
    await Promise.all([since(0), since(0), since(0)]);
    expect(table.reads).toBe(2);
  });

  it('are counted from the start of the read, because a mark may be written while it is under way', async () => {
    const { clock, table, since } = revocations();
    const { read } = table;
    table.read = async (id) => {
      const marks = await read.call(table, id);
      clock.advanceSeconds(3);
      return marks;
    };
    await since(0);
    clock.advanceSeconds(2);
    await since(0);
    expect(table.reads).toBe(2);
  });

  it('cannot be known while the table cannot be read, and are read again as soon as it can', async () => {
    const { clock, table, mark, since } = revocations();
    const { read } = table;
    table.read = () => Promise.reject(new TableError('throttled', 'Down.'));
    await expect(since(0)).rejects.toThrow(new TableError('throttled', 'Down.'));
    table.read = read;
    mark('alice');
    expect(await since(0)).toEqual({ all: clock.nowMs });
  });
});
