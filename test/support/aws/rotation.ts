/** Calls the four steps of a rotation in order, as Secrets Manager does; the emulator does not do that. */
import { randomUUID } from 'node:crypto';
import { type Account, callAws, sendToAws } from '../../../local/deployment/aws-request.ts';
import { isJsonObject } from '../../../src/core/json.ts';

export interface RotationTarget {
  readonly account: Account;
  readonly functionArn: string;
  readonly secretArn: string;
}

const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;

/** Calls one step. Throws if the function failed. */
export async function callStep(
  { account, functionArn, secretArn }: RotationTarget,
  Step: (typeof STEPS)[number],
  ClientRequestToken: string,
): Promise<void> {
  const path = `/2015-03-31/functions/${functionArn.split(':').at(-1)}/invocations`;
  const body = JSON.stringify({ SecretId: secretArn, ClientRequestToken, Step });
  const { text } = await sendToAws(account, { service: 'lambda', method: 'POST', path, body });
  if (text.includes('errorMessage')) throw new Error(`${Step}: ${text}`);
}

export async function rotate(target: RotationTarget): Promise<void> {
  const token = randomUUID();
  for (const step of STEPS) await callStep(target, step, token);
}

/** The labels of each labelled version of a secret. */
export async function labelledVersions(account: Account, SecretId: string): Promise<readonly (readonly string[])[]> {
  const response = await callAws(account, 'secretsmanager', 'secretsmanager.DescribeSecret', { SecretId });
  const versions =
    isJsonObject(response) && isJsonObject(response.VersionIdsToStages) ? response.VersionIdsToStages : {};
  const labels = Object.values(versions).map((stages) => (Array.isArray(stages) ? stages.map(String).sort() : []));
  return labels.filter((stages) => stages.length > 0);
}
