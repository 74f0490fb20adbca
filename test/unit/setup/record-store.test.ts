import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryState } from '../../../local/memory-state.ts';
import { changeLease, OwnedRecords } from '../../../src/setup/record-store.ts';

const NAME = 'resource-servers';
let state: MemoryState;
let records: OwnedRecords;

beforeEach(() => {
  state = new MemoryState();
  records = new OwnedRecords(state, NAME);
});

const stored = () => JSON.parse(state.textOf(NAME) ?? '').entries;

describe('OwnedRecords', () => {
  it('keeps all records in one item, each under the name of its subject', async () => {
    await records.acquire('tenant api', 'one');
    await records.storeFor('tenant api').write({ version: 1 });
    await records.acquire('tenant other', 'two');
    expect(stored()).toEqual({
      'tenant api': { owners: ['one'], record: { version: 1 } },
      'tenant other': { owners: ['two'] },
    });
    expect(await records.storeFor('tenant api').read()).toEqual({ version: 1 });
    expect(await records.storeFor('tenant other').read()).toBeUndefined();
  });

  it('refuses to read or write for an owner that has lost the lease', async () => {
    const held = new OwnedRecords(state, NAME, 'rotation');
    await changeLease(state, () => ({ holder: 'rotation', purpose: 'rotation', untilMs: 1 }));
    await held.acquire('thing', 'one');
    expect(await held.isOwned('thing')).toBe(true);
    await changeLease(state, () => ({ holder: 'revocation', purpose: 'revocation', untilMs: 1 }));
    const lost = { code: 'lease_lost' };
    await expect(held.isOwned('thing')).rejects.toMatchObject(lost);
    await expect(held.storeFor('thing').read()).rejects.toMatchObject(lost);
    await expect(held.storeFor('thing').write({ version: 1 })).rejects.toMatchObject(lost);
    expect(stored()).toEqual({ thing: { owners: ['one'] } });
  });

  it('removes a record with its last owner', async () => {
    await records.acquire('thing', 'one');
    await records.acquire('thing', 'two');
    const restored: string[] = [];
    const tearDown = async (key: string) => restored.push(key);
    await records.end({ owner: 'one', tearDown });
    expect(restored).toEqual([]);
    expect(stored()).toEqual({ thing: { owners: ['two'] } });
    await records.acquire('other', 'two');
    await records.end({ owner: 'two', keep: 'other', tearDown });
    expect(restored).toEqual(['thing']);
    expect(stored()).toEqual({ other: { owners: ['two'] } });
    await records.end({ owner: 'two', tearDown });
    await records.end({ owner: 'two', tearDown });
    expect(restored).toEqual(['thing', 'other']);
    expect(stored()).toEqual({});
  });

  it('keeps the owners when the record is removed', async () => {
    await records.acquire('thing', 'one');
    await records.storeFor('thing').write('record');
    await records.storeFor('thing').delete();
    expect(stored()).toEqual({ thing: { owners: ['one'] } });
  });

  it('writes only if an owner is new', async () => {
    await records.acquire('thing', 'one');
    state.write = async () => {
      throw new Error('Nothing is to be written.');
    };
    await records.acquire('thing', 'one');
  });

  it.each([
    ['not JSON', 'is not a JSON object with "entries"'],
    ['[]', 'is not a JSON object with "entries"'],
    ['{}', 'is not a JSON object with "entries"'],
    ['{"entries":{"thing":{}}}', 'has an entry without "owners"'],
    ['{"entries":{"thing":{"owners":[7]}}}', 'has an entry without "owners"'],
  ])('refuses a stored value that cannot be read: %s', async (text, what) => {
    state.set(NAME, text);
    await expect(records.acquire('thing', 'one')).rejects.toMatchObject({
      code: 'record_invalid',
      message: expect.stringContaining(`The record of the tenant's earlier state ${what}.`),
    });
    expect(state.textOf(NAME)).toBe(text);
  });

  it('reads or refuses any content, and never misreads it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), async (text) => {
        state.set(NAME, text);
        const isOwned = await records.isOwned('one').catch((error: unknown) => error);
        expect(typeof isOwned === 'boolean' || (isOwned instanceof Error && 'code' in isOwned)).toBe(true);
      }),
    );
  });

  it('loses nothing if two owners write at the same moment', async () => {
    const others = new OwnedRecords(state, NAME);
    const changes = ['one', 'two', 'three', 'four'].flatMap((owner) => [
      records.acquire('thing', owner),
      others.acquire(`other of ${owner}`, owner),
      others.storeFor(`other of ${owner}`).write({ of: owner }),
    ]);
    await Promise.all(changes);
    expect(stored().thing.owners).toHaveLength(4);
    for (const owner of ['one', 'two', 'three', 'four']) {
      expect(stored()[`other of ${owner}`]).toEqual({ owners: [owner], record: { of: owner } });
    }
  });
});
