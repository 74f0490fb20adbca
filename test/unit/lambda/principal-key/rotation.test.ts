import { beforeEach, describe, expect, it } from 'vitest';
import { createRotationHandler, isRotation } from '../../../../lambda/principal-key/rotation.ts';
import { MemoryState } from '../../../../local/memory-state.ts';
import { MemoryVersions } from '../../../../local/memory-versions.ts';
import { AwsError } from '../../../../src/aws/errors.ts';
import {
  generatePrincipalKey,
  parsePrincipalKeys,
  writePrincipalKeys,
} from '../../../../src/principal-token/key-pairs.ts';
import {
  parsePublishedKeys,
  publishPrincipalKeys,
  RETIREMENT_SECONDS,
  servedPrincipalKeys,
} from '../../../../src/principal-token/published-keys.ts';
import { FrozenClock } from '../../../support/core/clock.ts';
import { makePrincipalKeys } from '../../../support/core/principal-keys.ts';

const SECRET = 'arn:principal-keys';
const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'];
const KEYS = makePrincipalKeys();
const [FIRST, SECOND] = KEYS;

let versions: MemoryVersions;
let state: MemoryState;
let clock: FrozenClock;
let lines: string[];

beforeEach(async () => {
  versions = new MemoryVersions('AWS', 'version-1', writePrincipalKeys(KEYS));
  state = new MemoryState();
  clock = new FrozenClock();
  lines = [];
  await publishPrincipalKeys(state, KEYS, clock.nowMs);
});

function step(Step: unknown, ClientRequestToken: unknown = 'version-2', SecretId: unknown = SECRET) {
  const ports = { keySecret: SECRET, versions, state, generate: generatePrincipalKey, clock: clock.read };
  return createRotationHandler({ ...ports, log: (line) => lines.push(line) })({ Step, SecretId, ClientRequestToken });
}

async function rotate(versionId: string) {
  versions.announce(versionId);
  for (const name of STEPS) await step(name, versionId);
}

const keysAt = (stage: string) => parsePrincipalKeys(versions.at(stage) ?? '');
const served = () =>
  servedPrincipalKeys(parsePublishedKeys(state.textOf('public-keys') ?? ''), clock.nowMs).map(({ kid }) => kid);
const failure = () => JSON.parse(lines.at(-1) ?? '').failure.code;

describe('a rotation of the keys of principal tokens', () => {
  it('makes the next key current, which was published long before', async () => {
    const before = served();
    await rotate('version-2');
    const [current, next] = keysAt('AWSCURRENT');
    expect(current).toEqual(SECOND);
    expect(before).toContain(current.kid);
    expect(served()).toEqual([SECOND.kid, next.kid, FIRST.kid]);
  });

  it('publishes every key before it can sign, at every moment', async () => {
    versions.announce('version-2');
    for (const name of STEPS) {
      await step(name);
      expect(served()).toEqual(expect.arrayContaining(keysAt('AWSCURRENT').map(({ kid }) => kid)));
    }
  });

  it('serves the earlier key until no token that it signed is valid any more', async () => {
    await rotate('version-2');
    clock.advanceSeconds(RETIREMENT_SECONDS - 1);
    expect(served()).toContain(FIRST.kid);
    clock.advanceSeconds(1);
    expect(served()).not.toContain(FIRST.kid);
  });

  it('replaces keys that have leaked when it runs twice', async () => {
    await rotate('version-2');
    await rotate('version-3');
    clock.advanceSeconds(RETIREMENT_SECONDS);
    expect(served()).toEqual(keysAt('AWSCURRENT').map(({ kid }) => kid));
    for (const { kid } of KEYS) expect(served()).not.toContain(kid);
  });

  it('may repeat each step', async () => {
    versions.announce('version-2');
    for (const name of STEPS) {
      await step(name);
      const before = [versions.at('AWSPENDING'), versions.at('AWSCURRENT'), served()];
      await step(name);
      expect([versions.at('AWSPENDING'), versions.at('AWSCURRENT'), served()]).toEqual(before);
    }
    await step('createSecret');
    expect(keysAt('AWSCURRENT')[0]).toEqual(SECOND);
  });

  it('runs where nobody announces the pending version', async () => {
    versions = new MemoryVersions('emulator', 'version-1', writePrincipalKeys(KEYS));
    for (const name of STEPS) await step(name);
    expect(keysAt('AWSCURRENT')[0]).toEqual(SECOND);
  });

  it('can be started again after one that was given up', async () => {
    versions.announce('version-2');
    await step('createSecret');
    await rotate('version-3');
    expect(keysAt('AWSCURRENT')[0]).toEqual(SECOND);
    expect(served()).toEqual(expect.arrayContaining([FIRST.kid, SECOND.kid]));
  });

  it('keeps the keys if Secrets Manager only tests the function', async () => {
    versions.announce('version-2', versions.at('AWSCURRENT'));
    await step('testSecret');
    expect(keysAt('AWSCURRENT')).toEqual(KEYS);
  });

  it('makes two new keys if the secret holds no usable ones', async () => {
    versions = new MemoryVersions('AWS', 'version-1', 'broken by hand');
    await rotate('version-2');
    expect(served().slice(0, 2)).toEqual(keysAt('AWSCURRENT').map(({ kid }) => kid));
  });

  it.each(['createSecret', 'finishSecret'])('refuses %s for a version that is not pending', async (name) => {
    versions.values.set('version-2', writePrincipalKeys(makePrincipalKeys()));
    await expect(step(name)).rejects.toThrow(/^version_withdrawn: The version is not pending/);
    expect(keysAt('AWSCURRENT')).toEqual(KEYS);
  });

  it('never makes a version current that holds no keys', async () => {
    versions.announce('version-2', '{}');
    await expect(step('finishSecret')).rejects.toThrow(/^signing_key_invalid: /);
    expect(keysAt('AWSCURRENT')).toEqual(KEYS);
  });

  it('does not become current before it is published', async () => {
    versions.announce('version-2');
    await step('createSecret');
    state.write = () => Promise.reject(new AwsError('state_unwritable', 'Throttled.'));
    state.set('public-keys', '{"keys":[]}');
    await expect(step('finishSecret')).rejects.toThrow('state_unwritable: Throttled.');
    expect(keysAt('AWSCURRENT')).toEqual(KEYS);
  });

  it.each([
    ['another secret', 'createSecret', 'version-2', 'arn:other'],
    ['an unknown step', 'deleteSecret', 'version-2', SECRET],
    ['no version', 'createSecret', 7, SECRET],
  ])('refuses %s, and logs nothing of the event', async (_what, name, versionId, secretId) => {
    await expect(step(name, versionId, secretId)).rejects.toThrow(/^event_unknown: /);
    expect(failure()).toBe('event_unknown');
    expect(lines.join()).not.toMatch(/arn:other|deleteSecret/);
  });

  it('writes one line for each step, without a key', async () => {
    await rotate('version-2');
    expect(lines.map((line) => JSON.parse(line))).toEqual(
      STEPS.map((name) => ({ event: 'principal_key_rotation', step: name, outcome: 'done' })),
    );
  });

  it('does not show an unexpected error', async () => {
    versions.stages = () => Promise.reject(new TypeError(`with the key ${FIRST.d}`));
    await expect(step('createSecret')).rejects.toThrow(/^unexpected: The function failed unexpectedly \(TypeError\)/);
    expect(lines.join()).not.toContain(FIRST.d);
  });

  it.each([
    [{ Step: 'createSecret' }, true],
    [{ Step: 7 }, true],
    [{ RequestType: 'Create' }, false],
    [null, false],
    ['Step', false],
  ])('knows an event of a rotation: %j', (event, expected) => {
    expect(isRotation(event)).toBe(expected);
  });
});
