/** The rotation of a key that several resource servers have. After every outside call, an authorizer signs for each. */
import { describe, expect, it } from 'vitest';
import { revokeKey } from '../../../lambda/key-rotation/revoke-key.ts';
import { IssuerError } from '../../../src/core/errors.ts';
import { certificatePem } from '../../../src/signing-key/signing-key.ts';
import { fakeKey, RotationWorld, STEP_NAMES } from '../../support/rotation/world.ts';
import { Life } from '../../support/setup/aws-in-memory.ts';

const OLD = 'https://old.api';
const THEIRS = { verificationKey: 'THEIRS AT OLD' };
const pem = (kid: string) => certificatePem(fakeKey(kid));

/** A world whose two resource servers were set up for `key-0`. */
async function setUp(options = { isWatched: true }): Promise<RotationWorld> {
  const world = await RotationWorld.setUp('verificationKey', 'AWS', options);
  await world.addAudience(OLD, THEIRS);
  return world;
}

const held = (world: RotationWorld) => [world.keys, world.tenant.keysOf(OLD)].map((keys) => keys.verificationKey);
const everywhere = (kid: string) => [pem(kid), pem(kid)];

describe('a rotation with two resource servers', () => {
  it('delivers the new key to both, and refuses no caller of either', async () => {
    const world = await setUp();
    for (const version of [1, 2]) await world.rotate(`version-${version}`);
    expect(held(world)).toEqual(everywhere('key-2'));
    expect(world).toMatchObject({ refusals: [], proofs: 2 });
  });

  it('continues wherever one of its steps dies, and refuses no caller of either', async () => {
    for (const dying of STEP_NAMES) {
      for (let moments = 1, life = new Life(moments); ; moments += 1, life = new Life(moments)) {
        const world = await setUp();
        for (const name of STEP_NAMES.slice(0, STEP_NAMES.indexOf(dying))) await world.step(name, 'version-1');
        await world.step(dying, 'version-1', life).catch(() => undefined);
        world.clock.advanceSeconds(200);
        await world.rotate('version-1');
        expect(world.refusals, `${dying}, ${moments}`).toEqual([]);
        expect(held(world)).toEqual(everywhere(world.kidAt('AWSCURRENT') ?? ''));
        if (!life.isOver) break;
      }
    }
  });

  it('fails if one of them is missing, before the old key is replaced, and succeeds once it is back', async () => {
    const world = await setUp();
    const missing = [...world.tenant.records].filter(([, { identifier }]) => identifier === OLD);
    for (const [id] of missing) world.tenant.records.delete(id);
    world.audiences = [];
    const rotation = { ...world.rotation(), settings: { ...world.rotation().settings, audiences: [OLD] } };
    world.secret.announce('version-1');
    await world.stepWith(rotation, 'createSecret', 'version-1');
    await expect(world.stepWith(rotation, 'setSecret', 'version-1')).rejects.toMatchObject({
      code: 'resource_server_not_found',
    });
    // The other one has the new key by now. The authorizer finds it, because it stays pending.
    expect([world.kidAt('AWSCURRENT'), world.kidAt('AWSPENDING')]).toEqual(['key-0', 'key-1']);
    expect(world.refusals).toEqual([]);
    for (const [id, record] of missing) world.tenant.records.set(id, record);
    world.audiences = [OLD];
    await world.rotate('version-2');
    expect(held(world)).toEqual(everywhere('key-1'));
    expect(world.refusals).toEqual([]);
  });

  it('says which one is not set up', async () => {
    const world = await setUp({ isWatched: false });
    world.audiences = [OLD, 'https://never.api'];
    world.secret.announce('version-1');
    await world.step('createSecret', 'version-1');
    await expect(world.step('setSecret', 'version-1')).rejects.toMatchObject({
      code: 'tenant_not_set_up',
      message: expect.stringContaining('The resource server https://never.api is not set up for this signing key.'),
    });
  });

  it('is undone at both if the tenant does not accept the new key', async () => {
    const world = await setUp();
    world.secret.announce('version-1');
    for (const name of ['createSecret', 'setSecret'] as const) await world.step(name, 'version-1');
    const refusal = new IssuerError('issuer_client_refused', 'The server refused the assertion.');
    const refusing = { ...world.rotation(), prove: () => Promise.reject(refusal) };
    await expect(world.stepWith(refusing, 'testSecret', 'version-1')).rejects.toMatchObject({ code: 'key_refused' });
    expect(held(world)).toEqual(everywhere('key-0'));
    expect(world.refusals).toEqual([]);
  });
});

describe('a revocation with two resource servers', () => {
  it('removes the old key from both', async () => {
    const world = await setUp();
    const { kid } = await revokeKey(world.rotation(), 'emergency');
    expect(held(world)).toEqual(everywhere(kid));
  });

  it('removes the old key wherever it can, and fails if that is not everywhere', async () => {
    const world = await setUp({ isWatched: false });
    // The main one, which comes first.
    const [first] = world.tenant.records.keys();
    world.tenant.records.delete(first ?? '');
    await expect(revokeKey(world.rotation(), 'emergency')).rejects.toMatchObject({ code: 'resource_server_not_found' });
    expect(world.tenant.keysOf(OLD).verificationKey).not.toBe(pem('key-0'));
  });
});
