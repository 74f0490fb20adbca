import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SetupError } from '../../../src/management/errors.ts';
import { parseClientGrantRecord } from '../../../src/setup/client-grant/client-grant-record.ts';
import { parseOfferedScopeRecord } from '../../../src/setup/offered-scope/offered-scope-record.ts';
import { parseResourceServerRecord } from '../../../src/setup/resource-server/resource-server-record.ts';
import { expectError } from '../../support/setup/expect-error.ts';

const resourceServer = {
  version: 1,
  identifier: 'https://demo.api',
  id: 'rs_1',
  created: { name: 'Demo' },
  keys: { verificationKey: { before: null, ours: ['key', null] } },
};
const clientGrant = {
  version: 1,
  clientId: 'me',
  audience: 'you',
  grant: { id: 'cgr_1', isOurs: false, added: ['a'] },
};

it('a parsed record equals the written one, and is undefined if nothing was written', () => {
  expect(parseResourceServerRecord(JSON.parse(JSON.stringify(resourceServer)))).toEqual(resourceServer);
  expect(parseClientGrantRecord(JSON.parse(JSON.stringify(clientGrant)))).toEqual(clientGrant);
  expect(parseResourceServerRecord(undefined)).toBeUndefined();
  expect(parseClientGrantRecord(undefined)).toBeUndefined();
});

it('a record of a resource that was being created has no id', () => {
  const { id: _id, ...unfinished } = resourceServer;
  expect(parseResourceServerRecord(unfinished)).toEqual(unfinished);
  const uncreated = { ...clientGrant, grant: { isOurs: true, added: [] } };
  expect(parseClientGrantRecord(uncreated)).toEqual(uncreated);
});

describe('the record of a resource server', () => {
  it.each([
    [null, /does not have version 1/],
    ['{}', /does not have version 1/],
    [{ ...resourceServer, version: 2 }, /does not have version 1/],
    [{ ...resourceServer, identifier: 1 }, /does not name a resource server/],
    [{ ...resourceServer, id: 1 }, /"id" that is not text/],
    [{ ...resourceServer, created: true }, /"created" without a name/],
    [{ ...resourceServer, keys: [] }, /has no "keys"/],
    [{ ...resourceServer, keys: { verificationKey: { ours: [] } } }, /without "before" and "ours"/],
    [{ ...resourceServer, keys: { verificationKey: { before: null, ours: 'key' } } }, /without "before" and "ours"/],
  ])('is refused as %j', async (record, message) => {
    await expectError(() => parseResourceServerRecord(record), 'record_invalid', message);
  });
});

describe('the record of a client grant', () => {
  it.each([
    [{ ...clientGrant, version: '1' }, /does not have version 1/],
    [{ ...clientGrant, clientId: undefined }, /does not name a client and an API/],
    [{ ...clientGrant, audience: 1 }, /does not name a client and an API/],
    [{ ...clientGrant, grant: null }, /has no "grant"/],
    [{ ...clientGrant, grant: { ...clientGrant.grant, id: 1 } }, /"id" that is not text/],
    [{ ...clientGrant, grant: { ...clientGrant.grant, isOurs: 'no' } }, /"isOurs"/],
    [{ ...clientGrant, grant: { ...clientGrant.grant, added: [1] } }, /no list of "added" scopes/],
  ])('is refused as %j', async (record, message) => {
    await expectError(() => parseClientGrantRecord(record), 'record_invalid', message);
  });
});

describe('the record of an offered scope', () => {
  const record = { version: 1, id: 'rs_1', identifier: 'https://demo.api', added: 'manage:things' };

  it('equals the written one, and is undefined if nothing was written', () => {
    expect(parseOfferedScopeRecord(JSON.parse(JSON.stringify(record)))).toEqual(record);
    expect(parseOfferedScopeRecord(undefined)).toBeUndefined();
  });

  it.each([
    [{ ...record, version: 2 }, /version 1/],
    [{ ...record, id: 1 }, /name a resource server/],
    [{ ...record, identifier: undefined }, /name a resource server/],
    [{ ...record, added: null }, /name a scope/],
  ])('is refused as %o', async (value, message) => {
    await expectError(() => parseOfferedScopeRecord(value), 'record_invalid', message);
  });
});

it('any JSON is parsed to a record or refused with our own error', () => {
  const almost = (record: object) =>
    fc
      .tuple(fc.constantFrom(...Object.keys(record)), fc.jsonValue())
      .map(([name, value]) => ({ ...record, [name]: value }));
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), almost(resourceServer), almost(clientGrant)), (value) => {
      for (const parse of [parseResourceServerRecord, parseClientGrantRecord, parseOfferedScopeRecord]) {
        try {
          expect(parse(value)).toMatchObject({ version: 1 });
        } catch (error) {
          expect(error).toBeInstanceOf(SetupError);
        }
      }
    }),
  );
});
