/** The request to the function: a step from Secrets Manager, or a revocation by an operator. Parsed, never logged. */
import { isJsonObject } from '../../src/core/json.ts';
import { RotationError } from './errors.ts';

export const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;

export type Step = (typeof STEPS)[number];

export type RotationRequest =
  | { readonly step: Step; readonly secretId: string; readonly versionId: string }
  | { readonly step: 'revokeKey' };

/**
 * Parses the event.
 *
 * @throws RotationError `event_unknown` without anything of the event in it
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
 */
export function parseRotationRequest(event: unknown): RotationRequest {
  if (!isJsonObject(event)) throw unknownEvent();
  const { Step: name, SecretId: secretId, ClientRequestToken: versionId } = event;
  if (name === 'revokeKey') return { step: name };
  const step = STEPS.find((known) => known === name);
  if (!step || typeof secretId !== 'string' || typeof versionId !== 'string') throw unknownEvent();
  return { step, secretId, versionId };
}

function unknownEvent(): RotationError {
  return new RotationError(
    'event_unknown',
    `The function does not know this event. Expected {"SecretId","ClientRequestToken","Step"} with a step of ${STEPS.join(', ')}, as Secrets Manager sends it, or {"Step":"revokeKey"}.`,
  );
}
