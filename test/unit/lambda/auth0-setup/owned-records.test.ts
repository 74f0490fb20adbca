import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { OwnedRecords } from '../../../../lambda/auth0-setup/owned-records.ts';
import { MemoryParameters } from '../../../support/setup/aws-in-memory.ts';

const NAME = 'records';
let parameters: MemoryParameters;
let records: OwnedRecords;

beforeEach(() => {
  parameters = new MemoryParameters();
  records = new OwnedRecords(parameters, NAME);
});

const stored = () => JSON.parse(parameters.values.get(NAME) ?? '');

describe('records with owners', () => {
  it('are kept in one parameter, each under the thing that it is about', async () => {
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

  it('end with their last owner, and the parameter with the last of them', async () => {
    await records.acquire('thing', 'one');
    await records.acquire('thing', 'two');
    expect(await records.ownedBy('one')).toEqual([{ key: 'thing', isOnly: false }]);
    await records.release('thing', 'one');
    expect(await records.ownedBy('two')).toEqual([{ key: 'thing', isOnly: true }]);
    await records.acquire('other', 'two');
    await records.release('thing', 'two');
    expect(stored()).toEqual({ other: { owners: ['two'] } });
    await records.release('other', 'two');
    await records.release('other', 'two');
    expect(parameters.values.has(NAME)).toBe(false);
  });

  it('keep their owners when the record goes', async () => {
    await records.acquire('thing', 'one');
    await records.storeFor('thing').write('record');
    await records.storeFor('thing').delete();
    expect(stored()).toEqual({ thing: { owners: ['one'] } });
  });

  it('are written only where an owner is new', async () => {
    await records.acquire('thing', 'one');
    parameters.write = async () => {
      throw new Error('Nothing is to be written.');
    };
    await records.acquire('thing', 'one');
  });

  it.each([
    ['not JSON', 'is not a JSON object'],
    ['[]', 'is not a JSON object'],
    ['{"thing":{}}', 'has an entry without "owners"'],
    ['{"thing":{"owners":[7]}}', 'has an entry without "owners"'],
  ])('that cannot be read stop everything: %s', async (text, what) => {
    parameters.values.set(NAME, text);
    await expect(records.acquire('thing', 'one')).rejects.toMatchObject({
      code: 'record_invalid',
      message: expect.stringContaining(`The record of what the tenant held before ${what}.`),
    });
    expect(parameters.values.get(NAME)).toBe(text);
  });

  it('of whatever content are read or refused, never misread', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), async (text) => {
        parameters.values.set(NAME, text);
        const owned = await records.ownedBy('one').catch((error: unknown) => error);
        expect(Array.isArray(owned) || (owned instanceof Error && 'code' in owned)).toBe(true);
      }),
    );
  });
});
