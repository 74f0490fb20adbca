import { beforeEach, describe, expect, it } from 'vitest';
import { createRotationHandler } from '../../../../lambda/key-rotation/create-handler.ts';
import { IssuerError } from '../../../../src/core/errors.ts';
import { RotationWorld, SECRET_ARN, STEP_NAMES } from '../../../support/rotation/world.ts';

let world: RotationWorld;
let lines: string[];

beforeEach(async () => {
  world = await RotationWorld.setUp('verificationKey');
  lines = [];
});

const handle = (event: unknown) => createRotationHandler(world.rotation(), (line) => lines.push(line))(event);
const stepEvent = (Step: string, SecretId = SECRET_ARN) => ({ Step, SecretId, ClientRequestToken: 'version-1' });

describe('createRotationHandler', () => {
  it('carries out the steps that Secrets Manager requests, logs one line for each, and returns nothing', async () => {
    for (const step of STEP_NAMES) expect(await handle(stepEvent(step))).toBeUndefined();
    expect(world.kidAt('AWSCURRENT')).toBe('key-1');
    expect(lines.map((line) => JSON.parse(line))).toEqual(
      STEP_NAMES.map((step) => ({ event: 'key_rotation', step, outcome: 'done', durationMs: 0 })),
    );
  });

  it('revokes a key and returns the current key', async () => {
    expect(await handle({ Step: 'revokeKey' })).toEqual({ kid: 'key-1', introspection: 'accepted' });
    expect(world.kidAt('AWSCURRENT')).toBe('key-1');
  });

  it.each([
    ['a missing event', undefined],
    ['another step', stepEvent('deleteSecret')],
    ['a step without a secret', { Step: 'createSecret', ClientRequestToken: 'version-1' }],
    ['a step without a token', { Step: 'createSecret', SecretId: SECRET_ARN }],
    ['another secret', stepEvent('createSecret', 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:Other')],
  ])('refuses %s', async (_what, event) => {
    await expect(handle(event)).rejects.toThrow('event_unknown: The function does not know this event');
    expect(world.kidAt('AWSPENDING')).toBeUndefined();
  });

  it('reports why a step failed, without the event and without private values', async () => {
    for (const step of ['createSecret', 'setSecret']) await handle(stepEvent(step));
    world.outage = new IssuerError('issuer_client_refused', 'The server refused the client assertion.');
    const thrown = await handle(stepEvent('testSecret')).catch(String);
    expect(thrown).toMatch(/key_refused: The tenant did not accept the new signing key: issuer_client_refused/);
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({
      step: 'testSecret',
      outcome: 'failed',
      failure: { code: 'key_refused' },
    });
    for (const text of [...lines, String(thrown)]) {
      expect(text).not.toContain('PRIVATE');
      expect(text).not.toContain('version-1');
    }
  });

  it('hides the message of an unexpected error', async () => {
    const rotation = { ...world.rotation(), generate: () => Promise.reject(new Error('PRIVATE')) };
    const failing = createRotationHandler(rotation, (line) => lines.push(line));
    await expect(failing(stepEvent('createSecret'))).rejects.toThrow(/^unexpected: The function failed/);
    expect(lines.join()).not.toContain('PRIVATE');
  });
});
