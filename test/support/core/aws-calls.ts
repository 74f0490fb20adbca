/** The ports for calls to AWS, with a frozen clock and scripted responses. */
import type { SignedCallPorts } from '../../../src/aws/signed-calls.ts';
import { FrozenClock } from './clock.ts';
import type { ScriptedHttp } from './scripted-http.ts';

export const SECRET_ACCESS_KEY = 'the-secret-access-key-of-the-role';

export const ENVIRONMENT = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: SECRET_ACCESS_KEY,
};

export interface ScriptedAws extends SignedCallPorts {
  readonly frozen: FrozenClock;
}

export function scriptedAws(http: ScriptedHttp): ScriptedAws {
  const frozen = new FrozenClock();
  const { read: clock, sleep } = frozen;
  return { http: http.port, clock, sleep, random: () => 0.5, environment: { ...ENVIRONMENT }, frozen };
}
