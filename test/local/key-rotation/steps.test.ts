import { describe, expect, it } from 'vitest';
import { ProofError } from '../../../lambda/key-rotation/prove-key.ts';
import type { Step } from '../../../lambda/key-rotation/request.ts';
import { testSecret } from '../../../lambda/key-rotation/test-secret.ts';
import { IssuerError } from '../../../src/core/errors.ts';
import { certificatePem } from '../../../src/signing-key/signing-key.ts';
import type { Flavour } from '../../support/rotation/memory-versions.ts';
import { BEFORE, CACHE_SECONDS, fakeKey, JWKS_URL, RotationWorld, STEP_NAMES } from '../../support/rotation/world.ts';
import { Life } from '../../support/setup/aws-in-memory.ts';

const DELIVERIES = ['verificationKey', 'verificationKeys', 'verificationLocation', 'wellKnown'] as const;
const EVERYWHERE = [
  ...DELIVERIES.map((delivery): readonly [typeof delivery, Flavour] => [delivery, 'AWS']),
  // The only one in which it matters who is pending at each moment.
  ['verificationKey', 'emulator'],
] as const;
const pem = (kid: string) => certificatePem(fakeKey(kid));

/** What the tenant holds when `kid` signs and nothing is under way. */
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

/** A key that was made just before the death is lost, and another made. */
function lastKeyOf(world: RotationWorld): string {
  return world.kidAt('AWSCURRENT') === 'key-2' ? 'key-2' : 'key-1';
}

/** Each step dies before and after each of its outside calls, and lives on once. */
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

describe.each(EVERYWHERE)('a rotation by %s (%s)', (delivery, flavour) => {
  const setUp = () => RotationWorld.setUp(delivery, flavour);

  /** A rotation that died in one of its steps. */
  async function dead(dying: Step, life: Life): Promise<RotationWorld> {
    const world = await setUp();
    for (const name of STEP_NAMES.slice(0, STEP_NAMES.indexOf(dying))) await world.step(name, 'version-1');
    await world.step(dying, 'version-1', life).catch(() => undefined);
    return world;
  }

  it('ends with the new key at the tenant, in the JWKS and in the secret, and no caller was refused on the way', async () => {
    const world = await setUp();
    await world.rotate('version-1');
    expectSettled(world, 'key-1');
    expect(world.kidAt('AWSPREVIOUS')).toBe('key-0');
  });

  it('can follow upon another at once, and another', async () => {
    const world = await setUp();
    for (const version of [1, 2, 3]) await world.rotate(`version-${version}`);
    expectSettled(world, 'key-3');
  });

  it('that dies before or after any outside call of any step goes on when the step is repeated', async () => {
    await everyDeath(async (dying, life) => {
      const world = await dead(dying, life);
      for (const name of STEP_NAMES.slice(STEP_NAMES.indexOf(dying))) await world.step(name, 'version-1');
      expectSettled(world, lastKeyOf(world));
    });
  });

  it.each(['rotate', 'rotateByHand'] as const)('that died anywhere does not hinder the next one (%s)', async (next) => {
    await everyDeath(async (dying, life) => {
      const world = await dead(dying, life);
      await world[next]('version-2');
      expectSettled(world, lastKeyOf(world));
    });
  });

  it('does nothing when a step that was done is repeated', async () => {
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

  it('can be torn down at any moment: the tenant is as it was before us', async () => {
    await everyDeath(async (dying, life) => {
      const world = await dead(dying, life);
      await world.tearDown();
      expect(world.keys).toEqual({ ...BEFORE, verificationLocation: null });
    });
  });

  it('whose new key the tenant does not take restores the old key, and the next one works', async () => {
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

  it('at a tenant that accepts whoever asks fails with a code of its own, and the new key never signs', async () => {
    const world = await setUp();
    for (const name of ['createSecret', 'setSecret'] as const) await world.step(name, 'version-1');
    world.outage = new ProofError('proof_worthless', 'The new signing key was not put into use.');
    await expect(world.step('testSecret', 'version-1')).rejects.toBe(world.outage);
    expect([world.proofs, world.kidAt('AWSPENDING')]).toEqual([1, undefined]);
    await expect(world.step('finishSecret', 'version-1')).rejects.toMatchObject({ code: 'version_withdrawn' });
    expectSettled(world, 'key-0');
  });

  it('that dies while it restores the old key does so again when the step is repeated', async () => {
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

describe('the steps', () => {
  it('prove the new key more than once, since a tenant needs its time', async () => {
    const world = await RotationWorld.setUp('verificationKey');
    for (const name of ['createSecret', 'setSecret'] as const) await world.step(name, 'version-1');
    world.outage = new IssuerError('issuer_timeout', 'No answer.');
    const sleep = async () => {
      world.outage = undefined;
    };
    const rotation = { ...world.rotation(), sleep };
    expect(await testSecret(rotation, 'version-1')).toBe('done');
    expect(world.proofs).toBe(2);
  });

  it.each([
    ['a copy of the current one', JSON.stringify(fakeKey('key-0'))],
    ['a version without a value', undefined],
    ['a version without a key', '{"placeholder":1}'],
  ])('pass a trial on %s, and touch nothing', async (_what, value) => {
    const world = await RotationWorld.setUp('wellKnown');
    world.secret.announce('trial', value);
    world.outage = new IssuerError('issuer_client_refused', 'Nobody serves the keys yet.');
    expect(await world.step('testSecret', 'trial')).toBe('nothing_to_test');
    expect([world.proofs, world.served()]).toEqual([0, ['key-0']]);
    world.outage = undefined;
    await world.rotateByHand('version-1');
    expectSettled(world, 'key-1');
  });

  it('leave the new key pending where the old one could not be restored, and the next rotation takes it over', async () => {
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

  it('of a rotation that has ended do nothing in the one after it', async () => {
    const world = await RotationWorld.setUp('verificationKeys');
    await world.rotate('version-1');
    for (const name of ['createSecret', 'setSecret'] as const) await world.step(name, 'version-2');
    const before = world.served();
    for (const name of STEP_NAMES) expect(await world.step(name, 'version-1')).toBe('already_current');
    expect(world.served()).toEqual(before);
    for (const name of ['testSecret', 'finishSecret'] as const) await world.step(name, 'version-2');
    expectSettled(world, 'key-2');
  });

  it.each(STEP_NAMES)('never make an old key current again: %s', async (name) => {
    const world = await RotationWorld.setUp('verificationKey');
    await world.rotate('version-1');
    await expect(world.step(name, 'version-0')).rejects.toMatchObject({ code: 'version_withdrawn' });
    expectSettled(world, 'key-1');
  });

  it('refuse a version that holds something other than a new key', async () => {
    const world = await RotationWorld.setUp('verificationKey');
    world.secret.announce('version-1', JSON.stringify(fakeKey('key-0')));
    for (const name of ['setSecret', 'finishSecret', 'createSecret'] as const) {
      await expect(world.step(name, 'version-1')).rejects.toMatchObject({ code: 'version_unusable' });
    }
    // Nor does it stand in the way of the next rotation.
    expect(world.kidAt('AWSPENDING')).toBeUndefined();
    expectSettled(world, 'key-0');
  });

  it('change nothing at a tenant that is not set up any more', async () => {
    const world = await RotationWorld.setUp('verificationKey');
    await world.step('createSecret', 'version-1');
    await world.tearDown();
    world.state.set('resource-servers', '{"entries":{}}');
    world.tenant.writes.length = 0;
    await expect(world.step('setSecret', 'version-1')).rejects.toMatchObject({ code: 'tenant_not_set_up' });
    expect(world.tenant.writes).toEqual([]);
  });

  it('put the new key back that a deployment has taken for a stray one', async () => {
    const world = await RotationWorld.setUp('verificationKey');
    for (const name of ['createSecret', 'setSecret', 'testSecret'] as const) await world.step(name, 'version-1');
    world.tenant.edit('https://demo.api', { verificationKey: pem('key-0') });
    await world.step('finishSecret', 'version-1');
    expectSettled(world, 'key-1');
  });

  it('repair a secret that holds no key at all', async () => {
    const world = await RotationWorld.setUp('verificationKey');
    world.secret.values.set('version-0', 'rubbish');
    await world.rotateByHand('version-1');
    world.refusals.length = 0;
    expectSettled(world, 'key-1');
  });
});
