/**
 * Rotates the signing key once and checks that a new credential is still accepted. Secrets Manager runs the rotation if the
 * deployment has a schedule. Without a schedule the run calls the four steps of the rotation itself, in the same order.
 */
import { isDeepStrictEqual } from 'node:util';
import { describeError } from '../../src/cli/describe-error.ts';
import { urlOf } from '../demo-requests.ts';
import { bearer, call, inWords, isAllowed, methodOf } from './caller.ts';
import type { RunCredentials } from './credentials.ts';
import { Interrupted } from './guide.ts';
import type { Deployed, RunContext, Target } from './run-context.ts';

const SECTION = 'Rotation';
const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;
/** A step may take 15 minutes if the tenant fetches the keys from a URL. */
const LONGEST_ROTATION_MS = 20 * 60_000;
const POLL_MS = 3000;

/** @throws Interrupted */
export async function checkRotation(context: RunContext, target: Target, credentials: RunCredentials): Promise<void> {
  const { guide, report, configuration } = context;
  const question = `Rotate the signing key of ${configuration.stackPrefix} once, and give the new public key to the tenant?`;
  if (!(await guide.allows(question))) {
    report.notTried(SECTION, 'rotation of the signing key', 'you did not allow it');
    return;
  }
  try {
    await rotateAndCheck(context, target, credentials);
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    report.judge(SECTION, 'rotation of the signing key', false, describeError(error), 'a new current key');
  }
}

async function rotateAndCheck(context: RunContext, target: Target, { appPasswords }: RunCredentials): Promise<void> {
  const { guide, ports, report } = context;
  const { deployed, choice } = target;
  const { signingKeySecretArn: secretArn } = deployed;
  const before = { version: await currentVersion(context, secretArn), keys: await keysAtTenant(context) };
  await rotate(context, deployed, before.version);
  const after = { version: await currentVersion(context, secretArn), keys: await keysAtTenant(context) };
  report.judge(
    SECTION,
    'rotation of the signing key',
    after.version !== before.version,
    labels(before.version, after.version),
    'a new current key',
  );
  const hasChanged = !isDeepStrictEqual(after.keys, before.keys);
  report.judge(
    SECTION,
    "the tenant's copy of the public key",
    hasChanged || !isShown(before.keys),
    hasChanged ? 'changed' : 'the same or not shown',
    'changed',
  );
  const title = 'ASP that the authorizer sees for the first time after the rotation';
  if (!appPasswords) {
    report.notTried(SECTION, title, 'the run cannot create one');
    return;
  }
  const seen = await guide.step(`the response to: ${title}`, async () => {
    const { value } = await appPasswords.create(choice.scopes);
    return call(ports.http, urlOf(deployed.apiUrl, choice.route), bearer(value), methodOf(choice.route));
  });
  report.judge(SECTION, title, isAllowed(seen), inWords(seen), 'allowed');
}

/** With a schedule, Secrets Manager knows the function and calls its steps. */
async function rotate(context: RunContext, deployed: Deployed, versionBefore: string | undefined): Promise<void> {
  const { guide, ports, configuration } = context;
  const { rotationFunctionArn, signingKeySecretArn: secretArn } = deployed;
  if (configuration.rotationDays === 0) {
    const event = { SecretId: secretArn, ClientRequestToken: ports.uniqueId() };
    for (const Step of STEPS) {
      await guide.step(`the rotation's step ${Step}`, () => ports.aws.invoke(rotationFunctionArn, { ...event, Step }));
    }
    return;
  }
  await guide.step('the start of the rotation', () => ports.aws.rotate(secretArn));
  const deadlineMs = ports.clock() + LONGEST_ROTATION_MS;
  await guide.step('the rotation', async () => {
    while ((await currentVersion(context, secretArn)) === versionBefore && ports.clock() < deadlineMs) {
      await guide.pause(POLL_MS);
    }
  });
}

async function currentVersion({ ports }: RunContext, secretArn: string): Promise<string | undefined> {
  const stages = await ports.aws.stages(secretArn);
  return [...stages].find(([, names]) => names.includes('AWSCURRENT'))?.[0];
}

async function keysAtTenant({ ports, configuration }: RunContext) {
  const { resourceServers } = await ports.connect();
  return (await resourceServers.find(configuration.audience))?.keys;
}

/** A tenant may accept a key without showing it. */
function isShown(keys: Awaited<ReturnType<typeof keysAtTenant>>): boolean {
  return Object.values(keys ?? {}).some((value) => value !== null);
}

function labels(before: string | undefined, after: string | undefined): string {
  return before === after ? 'the current key is the same as before' : 'a new current key';
}
