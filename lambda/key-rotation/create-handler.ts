/** The handler of a rotation: one event, one step, one line in the log, in which there is nothing of the event but the step. */
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
 * Makes the handler. It answers a revocation with what came of it, and the steps with nothing.
 *
 * @param log takes one line without its end
 */
export function createRotationHandler(rotation: Rotation, log: (line: string) => void) {
  return async (event: unknown): Promise<Revocation | undefined> => {
    const startedAtMs = rotation.clock();
    let step: RotationRequest['step'] | undefined;
    const tell = (more: object) => {
      const durationMs = Math.round(rotation.clock() - startedAtMs);
      log(JSON.stringify({ event: 'key_rotation', step, ...more, durationMs }));
    };
    try {
      const request = parseRotationRequest(event);
      step = request.step;
      const { outcome, answer } = await perform(rotation, request);
      tell({ outcome });
      return answer;
    } catch (error) {
      const failure = describeFailure(error);
      tell({ outcome: 'failed', failure });
      // Lambda writes what is thrown into the log, so only what may be read there is.
      throw new Error(`${failure.code}: ${failure.reason}`);
    }
  };
}

async function perform(rotation: Rotation, request: RotationRequest) {
  if (request.step === 'revokeKey') return { outcome: 'done', answer: await revokeKey(rotation) };
  const { step, secretId, versionId } = request;
  if (secretId !== rotation.settings.signingKeySecret) {
    throw new RotationError('event_unknown', 'The event is about another secret than the one of the signing key.');
  }
  return { outcome: await STEP_WORK[step](rotation, versionId), answer: undefined };
}
