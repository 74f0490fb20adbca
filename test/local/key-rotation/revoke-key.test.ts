import { describe, expect, it } from 'vitest';
import { revokeKey } from '../../../lambda/key-rotation/revoke-key.ts';
import { IssuerError } from '../../../src/core/errors.ts';
import { parsePublicKeys } from '../../../src/signing-key/public-key-document.ts';
import { certificatePem } from '../../../src/signing-key/signing-key.ts';
import { BEFORE, fakeKey, RotationWorld, STEP_NAMES } from '../../support/rotation/world.ts';
import { Life } from '../../support/setup/aws-in-memory.ts';

/** Expects that the old key is gone from the secret, the tenant and the published keys. */
async function expectGone(world: RotationWorld, kid: string): Promise<void> {
  const labelled = [...(await world.secret.stages()).keys()];
  const readable = await Promise.all(labelled.map((id) => world.secret.read(id)));
  expect(readable.join()).not.toContain(kid);
  expect(JSON.stringify(world.keys)).not.toContain(certificatePem(fakeKey(kid)).trim().split('\n')[1]);
  expect(parsePublicKeys(world.state.textOf('public-keys') ?? '').map((key) => key.kid)).not.toContain(kid);
}

describe.each(['verificationKey', 'verificationKeys', 'verificationLocation', 'wellKnown'] as const)(
  'a revocation with %s',
  (delivery) => {
    it('leaves only a new key', async () => {
      const world = await RotationWorld.setUp(delivery);
      await world.rotate('version-1');
      expect(await revokeKey(world.rotation(), 'emergency')).toMatchObject({ kid: 'key-2' });
      for (const kid of ['key-0', 'key-1']) await expectGone(world, kid);
      expect(world.served()).toEqual(['key-2']);
      expect(await world.secret.stages()).toEqual(
        new Map([['emergency', expect.arrayContaining(['AWSCURRENT', 'AWSPENDING'])]]),
      );
    });

    it('is completed by a second revocation, wherever the first one died', async () => {
      let life: Life;
      let moments = 0;
      do {
        moments += 1;
        life = new Life(moments);
        const world = await RotationWorld.setUp(delivery);
        await revokeKey(world.rotation(life), 'emergency-1').catch(() => undefined);
        const { kid } = await revokeKey(world.rotation(), 'emergency-2');
        for (const old of ['key-0', 'key-1', 'key-2'].filter((other) => other !== kid)) await expectGone(world, old);
        expect([world.kidAt('AWSCURRENT'), world.served()]).toEqual([kid, [kid]]);
      } while (life.isOver);
      expect(moments).toBeGreaterThan(10);
    });

    it('is completed by the next rotation, wherever it died after recording the old keys, and none of them is used again', async () => {
      let life: Life;
      let moments = 0;
      do {
        moments += 1;
        life = new Life(moments);
        const world = await RotationWorld.setUp(delivery);
        for (const name of ['createSecret', 'setSecret'] as const) await world.step(name, 'version-1');
        await revokeKey(world.rotation(life), 'emergency').catch(() => undefined);
        const revoked: readonly string[] = JSON.parse(world.state.textOf('revoked-keys') ?? '[]');
        // The lease of the dead function expires.
        world.clock.advanceSeconds(120);
        for (const version of ['version-2', 'version-3']) await world.rotate(version).catch(() => undefined);
        const inUse = [world.kidAt('AWSCURRENT'), world.kidAt('AWSPENDING'), ...world.served(), ...world.traced()];
        for (const kid of revoked) expect(inUse).not.toContain(kid);
        expect(world.known([world.kidAt('AWSCURRENT') ?? ''])).toHaveLength(1);
      } while (life.isOver);
      expect(moments).toBeGreaterThan(10);
    });

    it('never publishes or delivers a key that it revokes, not even for a moment', async () => {
      const world = await RotationWorld.setUp(delivery);
      await world.step('createSecret', 'version-1');
      const written: string[] = [];
      const update = world.tenant.update.bind(world.tenant);
      world.tenant.update = (id, patch) => {
        written.push(JSON.stringify(patch));
        return update(id, patch);
      };
      const write = world.state.write.bind(world.state);
      world.state.write = (name, value, revision) => {
        if (name === 'public-keys') written.push(value);
        return write(name, value, revision);
      };
      await revokeKey(world.rotation(), 'emergency');
      expect(written.length).toBeGreaterThan(0);
      for (const kid of ['key-0', 'key-1']) expect(written.join()).not.toContain(`X5C${kid}`);
    });

    it.each(STEP_NAMES)('ends a rotation in progress after %s', async (last) => {
      const world = await RotationWorld.setUp(delivery);
      for (const name of STEP_NAMES.slice(0, STEP_NAMES.indexOf(last) + 1)) await world.step(name, 'version-1');
      await revokeKey(world.rotation(), 'emergency');
      for (const name of STEP_NAMES) {
        await expect(world.step(name, 'version-1')).rejects.toMatchObject({ code: 'version_withdrawn' });
      }
      for (const kid of ['key-0', 'key-1']) await expectGone(world, kid);
      expect(world.kidAt('AWSCURRENT')).toBe('key-2');
    });

    it('is not undone by a teardown, which restores the tenant without any of our keys', async () => {
      const world = await RotationWorld.setUp(delivery);
      await world.rotate('version-1');
      await revokeKey(world.rotation(), 'emergency');
      await world.rotate('version-2');
      await world.tearDown();
      expect(world.keys).toEqual({ ...BEFORE, verificationLocation: null });
    });
  },
);

describe('a revocation', () => {
  it('lets callers through at every moment if the key is delivered by value', async () => {
    const world = await RotationWorld.setUp('verificationKey');
    await revokeKey(world.rotation(), 'emergency');
    expect(world.refusals).toEqual([]);
  });

  it('reports whether the tenant already accepts the new key, and succeeds either way', async () => {
    const byUrl = await RotationWorld.setUp('wellKnown');
    expect(await revokeKey(byUrl.rotation(), 'emergency')).toEqual({
      kid: 'key-1',
      introspection: 'issuer_client_refused',
    });
    const byValue = await RotationWorld.setUp('verificationKeys');
    expect(await revokeKey(byValue.rotation(), 'emergency-1')).toEqual({ kid: 'key-1', introspection: 'accepted' });
    byValue.outage = new IssuerError('issuer_timeout', 'No response.');
    expect(await revokeKey(byValue.rotation(), 'emergency-2')).toEqual({
      kid: 'key-2',
      introspection: 'issuer_timeout',
    });
  });

  it('works if the secret does not hold a key', async () => {
    const world = await RotationWorld.setUp('verificationKey');
    world.secret.values.set('version-0', 'rubbish');
    await revokeKey(world.rotation());
    expect(world.kidAt('AWSCURRENT')).toBe('key-1');
  });
});
