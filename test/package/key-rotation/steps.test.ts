import { describe, expect, it } from 'vitest';
import { ProofError } from '../../../lambda/key-rotation/prove-key.ts';
import type { Step } from '../../../lambda/key-rotation/request.ts';
import { testSecret } from '../../../lambda/key-rotation/test-secret.ts';
import type { Flavour } from '../../../local/memory-versions.ts';
import { IssuerError } from '../../../src/core/errors.ts';
import { certificatePem } from '../../../src/signing-key/signing-key.ts';
import { BEFORE, CACHE_SECONDS, fakeKey, JWKS_URL, RotationWorld, STEP_NAMES } from '../../support/rotation/world.ts';
import { Life } from '../../support/setup/aws-in-memory.ts';

const DELIVERIES = ['verificationKey', 'verificationKeys', 'verificationLocation', 'wellKnown'] as const;
const EVERYWHERE = [
  ...DELIVERIES.map((delivery): readonly [typeof delivery, Flavour] => [delivery, 'AWS']),
  // The only delivery for which it matters which key is pending at each moment.
  ['verificationKey', 'emulator'],
] as const;
const pem = (kid: string) => certificatePem(fakeKey(kid));

/** The properties of the tenant when `kid` is the current key and no rotation is in progress. */
function settled(delivery: (typeof DELIVERIES)[number], kid: string): object {
  const [theirs] = BEFORE.verificationKeys;
  return {
    verificationKey: { ...BEFORE, verificationKey: pem(kid), verificationLocation: null },
    verificationKeys: { ...BEFORE, verificationKeys: [theirs, { kid, pem: pem(kid) }], verificationLocation: null },
    verificationLocation: { ...BEFORE, verificationLocation: JWKS_URL },
    wellKnown: { ...BEFORE, verificationLocation: null },
  }[delivery];
}

function expectSettled(world: RotationWorld, kid: string): void {
  expect(world.refusals).toEqual([]);
  expect(world.kidAt('AWSCURRENT')).toBe(kid);
  expect([undefined, kid]).toContain(world.kidAt('AWSPENDING'));
  expect(world.keys).toEqual(settled(world.keyDelivery, kid));
  expect(world.served()[0]).toBe(kid);
  world.clock.advanceSeconds(CACHE_SECONDS + 61);
  expect(world.served()).toEqual([kid]);
}

it.each(['verificationKey', 'verificationKeys'] as const)('a rotation with auto keeps to %s', async (delivery) => {
  const world = await RotationWorld.setUp(delivery);
  world.isAutomatic = true;
  if (delivery === 'verificationKeys') world.tenant.refused = ['verificationKey'];
  for (const version of [1, 2]) await world.rotate(`version-${version}`);
  expectSettled(world, 'key-2');
  expect(new Set(world.tenant.writes)).toEqual(new Set([`update ${delivery}`]));
});

/** A key that was generated just before the function died is lost, and another one is generated. */
function lastKeyOf(world: RotationWorld): string {
  return world.kidAt('AWSCURRENT') === 'key-2' ? 'key-2' : 'key-1';
}

/** Lets each step die before and after each of its outside calls, and survive once. */
async function everyDeath(act: (dying: Step, life: Life) => Promise<void>): Promise<void> {
  for (const dying of STEP_NAMES) {
    let life: Life;
    let moments = 0;
    do {
      moments += 1;
      life = new Life(moments);
      await act(dying, life);
    } while (life.isOver);
    expect(moments).toBeGreaterThan(4);
  }
}

describe.each(EVERYWHERE)('a rotation with %s (%s)', (delivery, flavour) => {
  const setUp = () => RotationWorld.setUp(delivery, flavour);

  /** Returns a rotation that died in one of its steps. */
  async function dead(dying: Step, life: Life): Promise<RotationWorld> {
    const world = await setUp();
    for (const name of STEP_NAMES.slice(0, STEP_NAMES.indexOf(dying))) await world.step(name, 'version-1');
    await world.step(dying, 'version-1', life).catch(() => undefined);
    return world;
  }

  it('puts the new key into the tenant, the JWKS and the secret without refusing a caller', async () => {
    const world = await setUp();
    await world.rotate('version-1');
    expectSettled(world, 'key-1');
    expect(world.kidAt('AWSPREVIOUS')).toBe('key-0');
  });

  it('can run three times in a row', async () => {
    const world = await setUp();
    for (const version of [1, 2, 3]) await world.rotate(`version-${version}`);
    expectSettled(world, 'key-3');
  });

  it('continues when the step is repeated after a death before or after any outside call', async () => {
    await everyDeath(async (dying, life) => {
      const world = await dead(dying, life);
      for (const name of STEP_NAMES.slice(STEP_NAMES.indexOf(dying))) await world.step(name, 'version-1');
      expectSettled(world, lastKeyOf(world));
    });
  });

  it.each(['rotate', 'rotateByHand'] as const)(
    'does not block the next rotation, wherever it died (%s)',
    async (next) => {
      await everyDeath(async (dying, life) => {
        const world = await dead(dying, life);
        await world[next]('version-2');
        expectSettled(world, lastKeyOf(world));
      });
    },
  );

  it('changes nothing when a completed step is repeated', async () => {
    const world = await setUp();
    world.secret.announce('version-1');
    for (const name of STEP_NAMES) {
      await world.step(name, 'version-1');
      const before = JSON.stringify([world.keys, await world.secret.stages().then((stages) => [...stages])]);
      const published = world.served();
      world.tenant.writes.length = 0;
      await world.step(name, 'version-1');
      expect(world.tenant.writes).toEqual([]);
      expect(JSON.stringify([world.keys, [...(await world.secret.stages())]])).toBe(before);
      expect(world.served()).toEqual(published);
    }
    expectSettled(world, 'key-1');
  });

  it('can be torn down at any moment, which restores the tenant', async () => {
    await everyDeath(async (dying, life) => {
      const world = await dead(dying, life);
      await world.tearDown();
      expect(world.keys).toEqual({ ...BEFORE, verificationLocation: null });
    });
  });

  it('restores the old key if the tenant refuses the new one, and the next rotation works', async () => {
    const world = await setUp();
    for (const name of ['createSecret', 'setSecret'] as const) await world.step(name, 'version-1');
    world.outage = new IssuerError('issuer_client_refused', 'The server refused the client assertion.');
    await expect(world.step('testSecret', 'version-1')).rejects.toMatchObject({
      code: 'key_refused',
      message: expect.stringContaining('The old key is still current and was delivered to the tenant again'),
    });
    expect(world.kidAt('AWSPENDING')).toBeUndefined();
    expect(world.served()).toEqual(['key-0']);
    await expect(world.step('finishSecret', 'version-1')).rejects.toMatchObject({ code: 'version_withdrawn' });
    expectSettled(world, 'key-0');
    world.outage = undefined;
    await world.rotate('version-2');
    expectSettled(world, 'key-2');
  });

  it('fails with its own code at a tenant that accepts every caller, and never uses the new key', async () => {
    const world = await setUp();
    for (const name of ['createSecret', 'setSecret'] as const) await world.step(name, 'version-1');
    world.outage = new ProofError('proof_worthless', 'The new signing key was not put into use.');
    await expect(world.step('testSecret', 'version-1')).rejects.toBe(world.outage);
    expect([world.proofs, world.kidAt('AWSPENDING')]).toEqual([1, undefined]);
    await expect(world.step('finishSecret', 'version-1')).rejects.toMatchObject({ code: 'version_withdrawn' });
    expectSettled(world, 'key-0');
  });

  it('restores the old key when the step is repeated after a death during the restore', async () => {
    const outage = new IssuerError('issuer_client_refused', 'The server refused the client assertion.');
    for (let moments = 1, life = new Life(moments); moments === 1 || life.isOver; moments += 1) {
      life = new Life(moments);
      const world = await setUp();
      for (const name of ['createSecret', 'setSecret'] as const) await world.step(name, 'version-1');
      world.outage = outage;
      await world.step('testSecret', 'version-1', life).catch(() => undefined);
      await world.step('testSecret', 'version-1').catch(() => undefined);
      expect(world.kidAt('AWSPENDING')).toBeUndefined();
      expectSettled(world, 'key-0');
    }
  });
});

describe('a rotation step', () => {
  it('tries the new key again, because the tenant may not know it yet', async () => {
    const world = await RotationWorld.setUp('verificationKey');
    for (const name of ['createSecret', 'setSecret'] as const) await world.step(name, 'version-1');
    world.outage = new IssuerError('issuer_timeout', 'No response.');
    const sleep = async () => {
      world.outage = undefined;
    };
    const rotation = { ...world.rotation(), sleep };
    expect(await testSecret(rotation, 'version-1')).toBe('done');
    expect(world.proofs).toBe(2);
  });

  it.each([
    ['a copy of the current version', JSON.stringify(fakeKey('key-0'))],
    ['a version without a value', undefined],
    ['a version without a key', '{"placeholder":1}'],
  ])('accepts a trial rotation with %s, and changes nothing', async (_name, value) => {
    const world = await RotationWorld.setUp('wellKnown');
    world.secret.announce('trial', value);
    world.outage = new IssuerError('issuer_client_refused', 'Nobody serves the keys yet.');
    expect(await world.step('testSecret', 'trial')).toBe('nothing_to_test');
    expect([world.proofs, world.served()]).toEqual([0, ['key-0']]);
    world.outage = undefined;
    await world.rotateByHand('version-1');
    expectSettled(world, 'key-1');
  });

  it('leaves the new key pending if the old one could not be restored, and the next rotation uses it', async () => {
    const world = await RotationWorld.setUp('verificationKey');
    for (const name of ['createSecret', 'setSecret'] as const) await world.step(name, 'version-1');
    world.outage = new IssuerError('issuer_unavailable', 'The server responded with 503.');
    world.tenant.refused = ['verificationKey'];
    await expect(world.step('testSecret', 'version-1')).rejects.toMatchObject({ code: 'key_not_restored' });
    expect(world.kidAt('AWSPENDING')).toBe('key-1');
    world.outage = undefined;
    world.tenant.refused = [];
    await world.rotateByHand('version-2');
    expectSettled(world, 'key-1');
  });

  it('does nothing if its rotation has ended and a later one is in progress', async () => {
    const world = await RotationWorld.setUp('verificationKeys');
    await world.rotate('version-1');
    for (const name of ['createSecret', 'setSecret'] as const) await world.step(name, 'version-2');
    const before = world.served();
    for (const name of STEP_NAMES) expect(await world.step(name, 'version-1')).toBe('already_current');
    expect(world.served()).toEqual(before);
    for (const name of ['testSecret', 'finishSecret'] as const) await world.step(name, 'version-2');
    expectSettled(world, 'key-2');
  });

  it.each(STEP_NAMES)('never makes an old key current again (%s)', async (name) => {
    const world = await RotationWorld.setUp('verificationKey');
    await world.rotate('version-1');
    await expect(world.step(name, 'version-0')).rejects.toMatchObject({ code: 'version_withdrawn' });
    expectSettled(world, 'key-1');
  });

  it('refuses a version that holds something other than a new key', async () => {
    const world = await RotationWorld.setUp('verificationKey');
    world.secret.announce('version-1', JSON.stringify(fakeKey('key-0')));
    for (const name of ['setSecret', 'finishSecret', 'createSecret'] as const) {
      await expect(world.step(name, 'version-1')).rejects.toMatchObject({ code: 'version_unusable' });
    }
    // The version does not block the next rotation.
    expect(world.kidAt('AWSPENDING')).toBeUndefined();
    expectSettled(world, 'key-0');
  });

  it('changes nothing at a tenant that is no longer set up', async () => {
    const world = await RotationWorld.setUp('verificationKey');
    await world.step('createSecret', 'version-1');
    await world.tearDown();
    world.state.set('resource-servers', '{"entries":{}}');
    world.tenant.writes.length = 0;
    await expect(world.step('setSecret', 'version-1')).rejects.toMatchObject({ code: 'tenant_not_set_up' });
    expect(world.tenant.writes).toEqual([]);
  });

  it('restores the new key after a deployment removed it as a stray key', async () => {
    const world = await RotationWorld.setUp('verificationKey');
    for (const name of ['createSecret', 'setSecret', 'testSecret'] as const) await world.step(name, 'version-1');
    world.tenant.edit('https://demo.api', { verificationKey: pem('key-0') });
    await world.step('finishSecret', 'version-1');
    expectSettled(world, 'key-1');
  });

  it('repairs a secret that does not hold a key', async () => {
    const world = await RotationWorld.setUp('verificationKey');
    world.secret.values.set('version-0', 'rubbish');
    await world.rotateByHand('version-1');
    world.refusals.length = 0;
    expectSettled(world, 'key-1');
  });
});
