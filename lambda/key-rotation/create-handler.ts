/** The handler of a rotation: one event, one step, one line in the log. Of the event it logs only the step. */
import { describeFailure } from '../../src/core/failure.ts';
import { createSecret } from './create-secret.ts';
import { RotationError } from './errors.ts';
import { finishSecret } from './finish-secret.ts';
import { parseRotationRequest, type RotationRequest, type Step } from './request.ts';
import { type Revocation, revokeKey } from './revoke-key.ts';
import type { Rotation, StepOutcome } from './rotation.ts';
import { setSecret } from './set-secret.ts';
import { testSecret } from './test-secret.ts';

const STEP_WORK: Readonly<Record<Step, (rotation: Rotation, versionId: string) => Promise<StepOutcome>>> = {
  createSecret,
  setSecret,
  testSecret,
  finishSecret,
};

/**
 * Makes the handler. It returns the result of a revocation, and nothing for a step.
 *
 * @param log is called with one line, without a line break
 */
export function createRotationHandler(rotation: Rotation, log: (line: string) => void) {
  return async (event: unknown): Promise<Revocation | undefined> => {
    const startedAtMs = rotation.clock();
    let step: RotationRequest['step'] | undefined;
    const logStep = (more: object) => {
      const durationMs = Math.round(rotation.clock() - startedAtMs);
      log(JSON.stringify({ event: 'key_rotation', step, ...more, durationMs }));
    };
    try {
      const request = parseRotationRequest(event);
      step = request.step;
      const { outcome, result } = await perform(rotation, request);
      logStep({ outcome });
      return result;
    } catch (error) {
      const failure = describeFailure(error);
      logStep({ outcome: 'failed', failure });
      // Lambda logs what is thrown, so throw only what may be logged.
      throw new Error(`${failure.code}: ${failure.reason}`);
    }
  };
}

async function perform(rotation: Rotation, request: RotationRequest) {
  if (request.step === 'revokeKey') return { outcome: 'done', result: await revokeKey(rotation) };
  const { step, secretId, versionId } = request;
  if (secretId !== rotation.settings.signingKeySecret) {
    throw new RotationError(
      'event_unknown',
      'The function does not know this event: it is about a secret that is not that of the signing key.',
    );
  }
  return { outcome: await STEP_WORK[step](rotation, versionId), result: undefined };
}
