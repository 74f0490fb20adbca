import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { KeyPatch, WantedKeyProperties } from '../../../../src/management/key-properties.ts';
import type { ResourceServerRecord } from '../../../../src/setup/resource-server/resource-server-record.ts';
import {
  type ResourceServerSetUp,
  setUpResourceServer,
} from '../../../../src/setup/resource-server/set-up-resource-server.ts';
import { tearDownResourceServer } from '../../../../src/setup/resource-server/tear-down-resource-server.ts';
import { generateSigningKey } from '../../../../src/signing-key/generate-signing-key.ts';
import { certificatePem } from '../../../../src/signing-key/signing-key.ts';
import { expectError } from '../../../support/setup/expect-error.ts';
import { Crash, Fuse, MemoryResourceServers, MemoryStore, NO_KEYS } from '../../../support/setup/ports.ts';

const API = 'https://demo.api';
const OURS = { ...NO_KEYS, verificationKey: 'our key' };
const NEXT = { ...NO_KEYS, verificationKey: 'our next key' };
const BY_URL = { ...NO_KEYS, verificationLocation: 'https://ours.example/jwks.json' };
const CREATE = { name: 'Made by us', scopes: ['read:foo'] };

let resourceServers: MemoryResourceServers;
let records: MemoryStore<ResourceServerRecord>;

beforeEach(() => {
  resourceServers = new MemoryResourceServers();
  records = new MemoryStore();
});

const setUp = (wanted: WantedKeyProperties = OURS, options: Partial<ResourceServerSetUp> = {}) =>
  setUpResourceServer({ resourceServers, records, identifier: API, wanted: [wanted], ...options });
const tearDown = (options: { removeCreated?: boolean; remembersCreated?: boolean } = {}) =>
  tearDownResourceServer({ resourceServers, records, ...options });

describe('setUpResourceServer', () => {
  it('writes our key after the record', async () => {
    resourceServers.add(API, { verificationKey: 'theirs' });
    expect(await setUp()).toEqual({ changed: true, warnings: [] });
    expect(resourceServers.keysOf(API)).toEqual(OURS);
    expect(await records.read()).toEqual({
      version: 1,
      identifier: API,
      id: 'rs_1',
      keys: { verificationKey: { before: 'theirs', ours: ['our key'] } },
    });
  });

  it('writes nothing the second time, neither to the tenant nor to the record', async () => {
    resourceServers.add(API);
    await setUp();
    const { writes } = records;
    expect(await setUp()).toEqual({ changed: false, warnings: [] });
    expect(resourceServers.writes).toEqual(['update verificationKey']);
    expect(records.writes).toBe(writes);
  });

  it('makes no record if the key was set up by hand already, since there is nothing to undo', async () => {
    resourceServers.add(API, OURS);
    expect(await setUp()).toEqual({ changed: false, warnings: [] });
    expect(records.text).toBeUndefined();
  });

  it('keeps the original value when the key changes, and still recognizes the last key as ours', async () => {
    resourceServers.add(API, { verificationKey: 'theirs' });
    await setUp();
    await setUp(NEXT);
    expect(await records.read()).toMatchObject({
      keys: { verificationKey: { before: 'theirs', ours: ['our key', 'our next key'] } },
    });
  });

  it('leaves no stale property behind when the delivery changes', async () => {
    resourceServers.add(API, { verificationKey: 'theirs' });
    await setUp();
    await setUp(BY_URL);
    expect(resourceServers.keysOf(API)).toEqual(BY_URL);
  });

  it('warns of a property of others that takes precedence over ours, and leaves it', async () => {
    resourceServers.add(API, { verificationKey: 'theirs' });
    const { warnings } = await setUp(BY_URL);
    expect(warnings.map(({ code, message }) => ({ code, message }))).toEqual([
      {
        code: 'property_foreign',
        message: expect.stringMatching(/holds a "verificationKey" that we did not write.*remove it if nobody needs it/),
      },
    ]);
    expect(resourceServers.keysOf(API).verificationKey).toBe('theirs');
  });

  it('starts afresh if others have created the resource server anew, since nothing in it is ours', async () => {
    resourceServers.add(API, { verificationKey: 'theirs' });
    await setUp();
    resourceServers.records.clear();
    resourceServers.add(API, { verificationKey: 'new theirs' });
    await setUp();
    expect(await records.read()).toMatchObject({ id: 'rs_2', keys: { verificationKey: { before: 'new theirs' } } });
  });

  it('refuses the record of another resource server', async () => {
    resourceServers.add(API);
    records.text = JSON.stringify({ version: 1, identifier: 'https://other.api', id: 'rs_1', keys: {} });
    await expectError(setUp(), 'record_invalid', /is about another resource server.*Expected/);
    expect(resourceServers.writes).toEqual([]);
  });
});

describe('a resource server that does not exist', () => {
  it('causes an error that names the nearest, and changes nothing', async () => {
    for (const name of ['https://demo.api/', 'https://DEMO.api', 'demo.api', 'https://far.example'])
      resourceServers.add(name);
    await expectError(
      setUp(),
      'resource_server_not_found',
      /no resource server with the identifier "https:\/\/demo.api"; the nearest it has: "demo.api", "https:\/\/DEMO.api", "https:\/\/demo.api\/"\. Expected/,
    );
    expect(resourceServers.writes).toEqual([]);
    expect(records.text).toBeUndefined();
  });

  it('causes an error that says so if the tenant has no resource server at all', async () => {
    await expectError(setUp(), 'resource_server_not_found', /; it has none\. Expected/);
  });

  it('is created on request, kept by the teardown, and set up like any other', async () => {
    expect(await setUp(OURS, { create: CREATE })).toEqual({ changed: true, warnings: [] });
    expect(resourceServers.keysOf(API)).toEqual(OURS);
    expect(await tearDown()).toEqual({ changed: true, warnings: [] });
    expect(resourceServers.keysOf(API)).toEqual(NO_KEYS);
  });

  it('is remembered on request, so that a later teardown can delete it', async () => {
    await setUp(OURS, { create: CREATE });
    expect(await tearDown({ remembersCreated: true })).toEqual({ changed: true, warnings: [] });
    expect(resourceServers.keysOf(API)).toEqual(NO_KEYS);
    expect(await tearDown({ remembersCreated: true })).toEqual({ changed: false, warnings: [] });
    expect(await tearDown({ remembersCreated: true, removeCreated: true })).toEqual({ changed: true, warnings: [] });
    expect(resourceServers.records.size).toBe(0);
    expect(records.text).toBeUndefined();
  });

  it('is not remembered if it existed before, or is gone', async () => {
    resourceServers.add(API);
    await setUp(OURS, { create: CREATE });
    await tearDown({ remembersCreated: true });
    expect(records.text).toBeUndefined();
    resourceServers.records.clear();
    await setUp(OURS, { create: CREATE });
    resourceServers.records.clear();
    await tearDown({ remembersCreated: true });
    expect(records.text).toBeUndefined();
  });

  it('is deleted on request if we created it', async () => {
    await setUp(OURS, { create: CREATE });
    await tearDown({ removeCreated: true });
    expect(resourceServers.records.size).toBe(0);
  });

  it('is never deleted if others created it, even on request', async () => {
    resourceServers.add(API);
    await setUp(OURS, { create: CREATE });
    await tearDown({ removeCreated: true });
    expect(resourceServers.records.size).toBe(1);
  });

  it('is never deleted if others created it in place of ours', async () => {
    await setUp(OURS, { create: CREATE });
    resourceServers.records.clear();
    resourceServers.add(API, OURS, CREATE.name);
    expect(await tearDown({ removeCreated: true })).toEqual({ changed: false, warnings: [] });
    expect(resourceServers.keysOf(API)).toEqual(OURS);
  });
});

describe('setUpResourceServer with a tenant that does not cooperate', () => {
  it('reports the fix if the tenant does not know a property', async () => {
    resourceServers.add(API);
    resourceServers.refused = ['verificationKeys'];
    await expectError(
      setUp({ ...NO_KEYS, verificationKeys: [{ kid: 'a', pem: 'b' }] }),
      'property_refused',
      /does not accept "verificationKeys": the tenant does not know this property.*another keyDelivery.*enable the feature for the tenant/,
    );
  });

  it('reports an unknown property, and not a refused removal of one with nearly the same name', async () => {
    resourceServers.add(API);
    await setUp();
    resourceServers.refused = ['verificationKeys'];
    const wanted = { ...NO_KEYS, verificationKeys: [{ kid: 'a', pem: 'b' }] };
    await expectError(setUp(wanted), 'property_refused', /does not accept "verificationKeys"/);
  });

  it('reports the fix if the tenant does not store what it accepted', async () => {
    resourceServers.add(API);
    resourceServers.render = () => 'something else';
    await expectError(
      setUp(),
      'property_refused',
      /"verificationKey": the tenant accepted it, but holds something else/,
    );
  });

  it('reports the fix if the tenant does not remove a property', async () => {
    resourceServers.add(API);
    await setUp();
    resourceServers.ignoresNull = true;
    await expectError(
      setUp(BY_URL),
      'property_kept',
      /still holds what we wrote in "verificationKey": the tenant accepted its removal/,
    );
  });

  it('reports the property if the tenant does not accept null', async () => {
    resourceServers.add(API);
    await setUp();
    resourceServers.refusesNull = true;
    await expectError(
      setUp(BY_URL),
      'property_kept',
      /"verificationKey": the tenant responded with ".*found type null.*remove it by hand/,
    );
  });

  it('passes on unchanged an error that names no property', async () => {
    resourceServers.add(API);
    resourceServers.render = () => {
      throw new Crash('out of reach');
    };
    await expect(setUp()).rejects.toThrow('out of reach');
  });

  it('is undone by the teardown even if the tenant stored our key in another form', async () => {
    resourceServers.add(API, { verificationKey: 'theirs' });
    resourceServers.render = (value) => `rewritten ${value}`;
    await expectError(setUp(), 'property_refused', /holds something else/);
    resourceServers.render = (value) => value;
    await tearDown();
    expect(resourceServers.keysOf(API)).toEqual({ ...NO_KEYS, verificationKey: 'theirs' });
  });
});

describe('setUpResourceServer with two properties to choose from', () => {
  const LISTED = { ...NO_KEYS, verificationKeys: [{ kid: 'a', pem: 'our key' }] };
  const NEXT_LISTED = { ...NO_KEYS, verificationKeys: [{ kid: 'b', pem: 'our next key' }] };
  const setUpEither = (key = OURS, list = LISTED) => setUp(key, { wanted: [key, list] });

  it('uses the first that the tenant knows, and tries the other one no more', async () => {
    resourceServers.add(API);
    resourceServers.refused = ['verificationKey'];
    expect(await setUpEither()).toEqual({ changed: true, warnings: [] });
    expect(resourceServers.keysOf(API)).toEqual(LISTED);
    expect(await records.read()).toMatchObject({ keys: { verificationKeys: { before: null } } });
    expect(await records.read()).not.toHaveProperty('keys.verificationKey');
    expect(await setUpEither()).toEqual({ changed: false, warnings: [] });
    await setUpEither(NEXT, NEXT_LISTED);
    expect(resourceServers.keysOf(API)).toEqual(NEXT_LISTED);
    expect(resourceServers.writes).toEqual([
      'update verificationKey',
      'update verificationKeys',
      'update verificationKeys',
    ]);
  });

  it('uses the first one of a tenant that knows both', async () => {
    resourceServers.add(API);
    await setUpEither();
    expect(resourceServers.keysOf(API)).toEqual(OURS);
    expect(resourceServers.writes).toEqual(['update verificationKey']);
  });

  it('keeps the property that an explicit choice has put our key into', async () => {
    resourceServers.add(API);
    await setUp(LISTED);
    expect(await setUpEither()).toEqual({ changed: false, warnings: [] });
    expect(resourceServers.keysOf(API)).toEqual(LISTED);
  });

  it.each([1, 2, 3])(
    'uses the second one after a crash in the middle of the first attempt, however often (%i)',
    async (times) => {
      resourceServers.add(API);
      const before = resourceServers.snapshot();
      resourceServers.refused = ['verificationKey'];
      const { update } = resourceServers;
      resourceServers.update = () => Promise.reject(new Crash('died'));
      for (let time = 0; time < times; time += 1) await expect(setUpEither()).rejects.toThrow('died');
      resourceServers.update = update;
      expect(await setUpEither()).toMatchObject({ changed: true, warnings: [] });
      expect(await setUpEither()).toMatchObject({ changed: false, warnings: [] });
      expect(resourceServers.keysOf(API)).toEqual(LISTED);
      expect((await tearDown()).warnings).toEqual([]);
      expect(resourceServers.snapshot()).toBe(before);
    },
  );

  it('keeps to the property that it has used, even if that is empty and the tenant knows the other one by now', async () => {
    resourceServers.add(API);
    resourceServers.refused = ['verificationKey'];
    await setUpEither();
    resourceServers.refused = [];
    resourceServers.edit(API, { verificationKeys: null, verificationKey: 'the key of another deployment' });
    await setUpEither(NEXT, NEXT_LISTED);
    expect(resourceServers.keysOf(API)).toEqual({ ...NEXT_LISTED, verificationKey: 'the key of another deployment' });
  });

  it('restores what was there after either, and leaves no record of the refused one', async () => {
    resourceServers.add(API, { verificationKeys: [{ kid: 'theirs', pem: 'theirs' }] });
    const before = resourceServers.snapshot();
    resourceServers.refused = ['verificationKey'];
    await setUpEither();
    await tearDown();
    expect(resourceServers.snapshot()).toBe(before);
    expect(records.text).toBeUndefined();
  });

  it('reports the last refusal if the tenant knows neither, and leaves no record', async () => {
    resourceServers.add(API);
    resourceServers.refused = ['verificationKey', 'verificationKeys'];
    await expectError(setUpEither(), 'property_refused', /"verificationKeys": the tenant does not know this property/);
    expect(records.text).toBeUndefined();
  });

  it('does not try the other one if the tenant refuses the key for another reason', async () => {
    resourceServers.add(API);
    resourceServers.render = (value) => `rewritten ${value}`;
    await expectError(setUpEither(), 'property_refused', /holds something else/);
    expect(resourceServers.writes).toEqual(['update verificationKey']);
  });
});

describe('setUpResourceServer with a tenant that shows its keys', () => {
  it('fails if the key has been removed again when the tenant is read back', async () => {
    resourceServers.add(API, { verificationKey: 'theirs' });
    resourceServers.render = () => null;
    await expectError(
      setUp(),
      'property_refused',
      /"verificationKey": the tenant accepted it, but holds something else/,
    );
  });

  it('tears down without an error after a change that the tenant never carried out', async () => {
    resourceServers.add(API);
    const { update } = resourceServers;
    resourceServers.update = () => Promise.reject(new Crash('out of reach'));
    await expect(setUp()).rejects.toThrow('out of reach');
    await tearDown();
    expect(records.text).toBeUndefined();
    resourceServers.update = update;
    expect(resourceServers.keysOf(API)).toEqual(NO_KEYS);
  });
});

describe('a resource server that we created and another deployment uses', () => {
  it('is not deleted, and the error names the key of the other', async () => {
    await setUp(OURS, { create: CREATE });
    await tearDown({ remembersCreated: true });
    const other = await generateSigningKey(0);
    resourceServers.edit(API, { verificationKeys: [{ kid: other.kid, pem: certificatePem(other) }] });
    await expectError(
      tearDown({ removeCreated: true, remembersCreated: true }),
      'key_in_use',
      new RegExp(
        `another deployment uses it: its "verificationKeys" holds the key ${other.kid}\\. Nothing was deleted`,
      ),
    );
    resourceServers.edit(API, { verificationKeys: null });
    await tearDown({ removeCreated: true, remembersCreated: true });
    expect(resourceServers.records.size).toBe(0);
  });
});

describe('setUpResourceServer with a tenant that does not show the key', () => {
  const hidden = (keys = {}) => {
    resourceServers.add(API, keys);
    resourceServers.hidden = ['verificationKey'];
  };
  const stored = () => resourceServers.keysOf(API).verificationKey;

  it('names the property, so that the key can be proved in another way', async () => {
    hidden();
    expect(await setUp()).toEqual({ changed: true, warnings: [], unseen: 'verificationKey' });
    expect(stored()).toBe('our key');
  });

  it('sends the key again each time, and replaces it', async () => {
    hidden();
    await setUp();
    await setUp();
    expect(resourceServers.writes).toEqual(['update verificationKey', 'update verificationKey']);
    await setUp(NEXT);
    expect(stored()).toBe('our next key');
  });

  it('removes the key when it is torn down', async () => {
    hidden();
    await setUp();
    expect(await tearDown()).toEqual({ changed: true, warnings: [] });
    expect(stored()).toBeNull();
    expect(records.text).toBeUndefined();
  });

  it('removes the key when another property is chosen', async () => {
    hidden();
    await setUp();
    await setUp(BY_URL);
    expect(resourceServers.keysOf(API)).toEqual(BY_URL);
    await tearDown();
    expect(resourceServers.keysOf(API)).toEqual(NO_KEYS);
  });

  it('believes the tenant again once it shows the key', async () => {
    hidden();
    await setUp();
    resourceServers.hidden = [];
    expect(await setUp()).toEqual({ changed: false, warnings: [] });
    expect(await records.read()).not.toHaveProperty('keys.verificationKey.unseen');
  });

  it.each([false, true])(
    'removes the key after a crash between the change and the read-back (set up again: %j)',
    async (again) => {
      hidden();
      resourceServers.find = async () => {
        if (resourceServers.writes.length > 0) throw new Crash('died');
        return MemoryResourceServers.prototype.find.call(resourceServers, API);
      };
      await expect(setUp()).rejects.toThrow('died');
      Reflect.deleteProperty(resourceServers, 'find');
      if (again) await setUp(NEXT);
      await tearDown();
      expect(stored()).toBeNull();
    },
  );
});

describe('tearDownResourceServer', () => {
  it('restores the earlier keys and deletes the record', async () => {
    resourceServers.add(API, { verificationKey: 'theirs' });
    await setUp();
    expect(await tearDown()).toEqual({ changed: true, warnings: [] });
    expect(resourceServers.keysOf(API)).toEqual({ ...NO_KEYS, verificationKey: 'theirs' });
    expect(records.text).toBeUndefined();
  });

  it('does nothing without a record', async () => {
    resourceServers.add(API, OURS);
    expect(await tearDown()).toEqual({ changed: false, warnings: [] });
    expect(resourceServers.writes).toEqual([]);
  });

  it('accepts that the resource server is gone', async () => {
    resourceServers.add(API);
    await setUp();
    resourceServers.records.clear();
    expect(await tearDown()).toEqual({ changed: false, warnings: [] });
    expect(records.text).toBeUndefined();
  });

  it('leaves a key that others wrote since', async () => {
    resourceServers.add(API, { verificationKey: 'theirs' });
    await setUp();
    resourceServers.edit(API, { verificationKey: 'theirs by now' });
    expect(await tearDown()).toEqual({ changed: false, warnings: [] });
    expect(resourceServers.keysOf(API).verificationKey).toBe('theirs by now');
  });

  it.each([
    ['ignores null', { ignoresNull: true }, /the tenant accepted its removal, but still holds it.*remove it by hand/],
    ['refuses null', { refusesNull: true }, /the tenant responded with ".*found type null.*remove it by hand/],
  ])('restores the rest and warns if the tenant %s', async (_what, behaviour, message) => {
    resourceServers.add(API, { verificationLocation: 'theirs' });
    await setUp();
    await setUp({ ...OURS, verificationLocation: 'https://ours.example/' });
    Object.assign(resourceServers, behaviour);
    const { warnings } = await tearDown();
    expect(warnings.map((warning) => [warning.code, warning.message])).toEqual([
      ['property_kept', expect.stringMatching(message)],
    ]);
    expect(resourceServers.keysOf(API)).toEqual({ ...OURS, verificationLocation: 'theirs' });
    expect(records.text).toBeUndefined();
  });

  it('fails if it cannot restore the earlier keys, keeps the record, and can be run again', async () => {
    resourceServers.add(API, { verificationKey: 'theirs' });
    await setUp();
    resourceServers.refused = ['verificationKey'];
    await expectError(tearDown(), 'property_refused', /does not accept "verificationKey"/);
    resourceServers.refused = [];
    await tearDown();
    expect(resourceServers.keysOf(API).verificationKey).toBe('theirs');
  });

  it('refuses a record that cannot be read', async () => {
    records.text = '{"version":2}';
    await expectError(tearDown(), 'record_invalid', /does not have version 1.*restore it from a backup/);
  });
});

/** Runs the work on a fresh tenant again and again, each time with a later crash, until it finishes. */
async function atEveryMoment(prepare: () => void, work: (fuse: Fuse) => Promise<unknown>, check: () => Promise<void>) {
  for (let moment = 1; ; moment += 1) {
    resourceServers = new MemoryResourceServers();
    records = new MemoryStore();
    prepare();
    const fuse = new Fuse(moment);
    const crash: unknown = await work(fuse).catch((error: unknown) => error);
    await check();
    if (!(crash instanceof Crash)) return moment;
  }
}

const fused = (fuse: Fuse) => ({ resourceServers: fuse.around(resourceServers), records: fuse.around(records) });
const addTheirs = () =>
  resourceServers.add(API, { verificationKey: 'theirs', verificationLocation: 'https://theirs.example/' });

describe('a crash at any moment', () => {
  it('is undone exactly by the teardown if it interrupts the set-up', async () => {
    let before = '';
    const crashes = await atEveryMoment(
      () => {
        addTheirs();
        before = resourceServers.snapshot();
      },
      (fuse) => setUp(OURS, fused(fuse)),
      async () => {
        await tearDown();
        expect(resourceServers.snapshot()).toBe(before);
        expect(records.text).toBeUndefined();
      },
    );
    expect(crashes).toBeGreaterThan(10);
  });

  it('is undone exactly by the teardown if the interrupted set-up is run again', async () => {
    let before = '';
    await atEveryMoment(
      () => {
        addTheirs();
        before = resourceServers.snapshot();
      },
      (fuse) => setUp(OURS, fused(fuse)),
      async () => {
        await setUp();
        expect(resourceServers.keysOf(API).verificationKey).toBe('our key');
        await tearDown();
        expect(resourceServers.snapshot()).toBe(before);
      },
    );
  });

  it('is undone exactly by the teardown if it interrupts a change of key and delivery that is then run with another', async () => {
    let before = '';
    await atEveryMoment(
      () => {
        addTheirs();
        before = resourceServers.snapshot();
      },
      async (fuse) => {
        await setUp();
        await setUp(BY_URL, fused(fuse));
      },
      async () => {
        await setUp(NEXT);
        expect(resourceServers.keysOf(API).verificationKey).toBe('our next key');
        await tearDown();
        expect(resourceServers.snapshot()).toBe(before);
      },
    );
  });

  it('is undone by the teardown if it interrupts the creation of a resource server', async () => {
    await atEveryMoment(
      () => resourceServers.add('https://demo.api/'),
      (fuse) => setUp(OURS, { ...fused(fuse), create: CREATE }),
      async () => {
        await tearDown({ removeCreated: true });
        expect([...resourceServers.records.values()].map(({ identifier }) => identifier)).toEqual([
          'https://demo.api/',
        ]);
      },
    );
  });

  it('leaves a resource server that we can undo if the interrupted creation is run again', async () => {
    await atEveryMoment(
      () => {},
      (fuse) => setUp(OURS, { ...fused(fuse), create: CREATE }),
      async () => {
        await setUp(OURS, { create: CREATE });
        expect(resourceServers.records.size).toBe(1);
        await tearDown({ removeCreated: true });
        expect(resourceServers.records.size).toBe(0);
      },
    );
  });

  it('is repaired exactly by the next teardown if it interrupts a teardown', async () => {
    let before = '';
    await atEveryMoment(
      () => {
        addTheirs();
        before = resourceServers.snapshot();
      },
      async (fuse) => {
        await setUp();
        await setUp({ ...BY_URL, verificationKeys: [{ kid: 'a', pem: 'b' }] });
        await tearDownResourceServer(fused(fuse));
      },
      async () => {
        await tearDown();
        expect(resourceServers.snapshot()).toBe(before);
        expect(records.text).toBeUndefined();
      },
    );
  });
});

it('the teardown leaves the edits of others and removes ours after any sequence of set-ups, crashes and edits', async () => {
  const wanted = fc.constantFrom<WantedKeyProperties>(
    OURS,
    NEXT,
    BY_URL,
    NO_KEYS,
    { ...NO_KEYS, verificationKeys: [{ kid: 'ours', pem: '1' }] },
    {
      ...NO_KEYS,
      verificationKeys: [
        { kid: 'ours', pem: '1' },
        { kid: 'ours too', pem: '2' },
      ],
    },
  );
  const edit = fc.constantFrom<KeyPatch>(
    { verificationKey: 'theirs' },
    { verificationKey: null },
    { verificationLocation: 'theirs' },
    { verificationKeys: [{ kid: 'theirs', pem: '3' }] },
  );
  const step = fc.oneof(
    fc.record({ wanted, blowsAt: fc.constantFrom(1, 4, 5, 6, 7, 8, 9, 10, 99) }),
    fc.record({ edit }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 6 }), async (steps) => {
      resourceServers = new MemoryResourceServers();
      records = new MemoryStore();
      resourceServers.add(API);
      for (const each of steps) {
        if ('edit' in each) resourceServers.edit(API, each.edit);
        else await setUp(each.wanted, fused(new Fuse(each.blowsAt))).catch(() => {});
      }
      await tearDown();
      expect(resourceServers.snapshot()).not.toContain('our');
      expect(await tearDown()).toEqual({ changed: false, warnings: [] });
    }),
    { numRuns: 500 },
  );
});
