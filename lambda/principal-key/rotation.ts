/**
 * Rotates the keys of principal tokens in the steps of Secrets Manager. The next key becomes current, and a new key becomes the next one.
 * No step has to wait: the next key has been published since the rotation before. Of the event
 * only the step and the version are used, and the secret must be ours.
 */
import type { SecretVersions } from '../../src/aws/secret-versions.ts';
import { CodedError, ConfigurationError } from '../../src/core/errors.ts';
import { describeFailure } from '../../src/core/failure.ts';
import { isJsonObject, type JsonObject } from '../../src/core/json.ts';
import { parsePrincipalKeys, writePrincipalKeys } from '../../src/principal-token/key-pairs.ts';
import { publishPrincipalKeys } from '../../src/principal-token/published-keys.ts';
import type { PrincipalKeyPorts } from './principal-key-resource.ts';

export interface RotationPorts extends Pick<PrincipalKeyPorts, 'keySecret' | 'state' | 'generate' | 'clock'> {
  readonly versions: SecretVersions;
  /** Called with one line, without a line break. */
  readonly log: (line: string) => void;
}

/** Thrown when a step cannot be done. Contains no key and no part of the event. */
export class RotationError extends CodedError<'event_unknown' | 'version_withdrawn'> {}

type Step = (ports: RotationPorts, versionId: string) => Promise<void>;

/** No other server has to know or accept the key, so the second and the third step do nothing. */
const STEPS: ReadonlyMap<unknown, Step> = new Map([
  ['createSecret', createSecret],
  ['setSecret', async () => {}],
  ['testSecret', async () => {}],
  ['finishSecret', finishSecret],
]);

/** Whether an event is a step of a rotation, known or not. */
export function isRotation(event: unknown): event is JsonObject {
  return isJsonObject(event) && 'Step' in event;
}

/** Makes the handler. It writes one line for each step, and of the event nothing but the step. */
export function createRotationHandler(ports: RotationPorts): (event: JsonObject) => Promise<void> {
  return async ({ Step: name, SecretId: secretId, ClientRequestToken: versionId }) => {
    const step = STEPS.get(name);
    const log = (more: object) =>
      ports.log(JSON.stringify({ event: 'principal_key_rotation', step: step && name, ...more }));
    try {
      if (!step || secretId !== ports.keySecret || typeof versionId !== 'string') throw unknownEvent();
      await step(ports, versionId);
      log({ outcome: 'done' });
    } catch (error) {
      const failure = describeFailure(error);
      log({ outcome: 'failed', failure });
      // Lambda logs what is thrown, so throw only what may be logged.
      throw new Error(`${failure.code}: ${failure.reason}`);
    }
  };
}

/** Writes the pending version and publishes its keys. A repeated step finds what it wrote before. */
async function createSecret(ports: RotationPorts, versionId: string): Promise<void> {
  const { versions, generate } = ports;
  const { current, isPending } = await labels(ports, versionId);
  if (current === versionId) return;
  if ((await versions.read(versionId)) === undefined) {
    const [, next = generate()] = await keysOf(versions, current);
    await versions.add(versionId, writePrincipalKeys([next, generate()]));
  } else if (!isPending) throw withdrawn();
  await publishVersions(ports, [current, versionId]);
}

/** Makes the pending version current. What was current stays published for a while. */
async function finishSecret(ports: RotationPorts, versionId: string): Promise<void> {
  const { versions } = ports;
  const { current, isPending } = await labels(ports, versionId);
  if (current !== versionId) {
    if (!isPending) throw withdrawn();
    // A version that holds no keys must never become current.
    parsePrincipalKeys((await versions.read(versionId)) ?? '');
    await publishVersions(ports, [current, versionId]);
    await versions.move('AWSCURRENT', { to: versionId, ...(current !== undefined && { from: current }) });
  }
  await publishVersions(ports, [versionId]);
}

async function labels({ versions }: RotationPorts, versionId: string) {
  const stages = await versions.stages();
  const [current] = [...stages].find(([, all]) => all.includes('AWSCURRENT')) ?? [];
  return { current, isPending: stages.get(versionId)?.includes('AWSPENDING') ?? false };
}

/** The version that signs comes first. */
async function publishVersions({ versions, state, clock }: RotationPorts, ids: readonly (string | undefined)[]) {
  const keys = await Promise.all(ids.map((id) => keysOf(versions, id)));
  await publishPrincipalKeys(state, keys.flat(), clock());
}

/** The keys in a version; none if it holds no usable ones. */
async function keysOf(versions: SecretVersions, versionId: string | undefined) {
  const text = versionId === undefined ? undefined : await versions.read(versionId);
  try {
    return text === undefined ? [] : parsePrincipalKeys(text);
  } catch (error) {
    if (error instanceof ConfigurationError) return [];
    throw error;
  }
}

function unknownEvent(): RotationError {
  return new RotationError(
    'event_unknown',
    'The function does not know this event. Expected a step of Secrets Manager for the secret of principal tokens, or a request of CloudFormation.',
  );
}

function withdrawn(): RotationError {
  return new RotationError(
    'version_withdrawn',
    'The version is not pending: its rotation failed, or another one has taken its place. Start a new rotation.',
  );
}
