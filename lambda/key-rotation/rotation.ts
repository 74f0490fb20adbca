/** What a change of the signing key works with: the settings, and the world as ports. */
import type { ResourceServers } from '../../src/auth0/resource-servers.ts';
import type { ParameterStore } from '../../src/aws/parameters.ts';
import type { SecretVersions } from '../../src/aws/secret-versions.ts';
import type { RotationConfiguration } from '../../src/config/rotation-configuration.ts';
import type { Clock } from '../../src/core/clock.ts';
import type { PrivateSigningJwk } from '../../src/core/signing-key.ts';
import type { ProveKey } from './prove-key.ts';

export interface Rotation {
  readonly settings: RotationConfiguration;
  /** Of the secret with the private halves. */
  readonly secret: SecretVersions;
  readonly parameters: ParameterStore;
  /** Connects to the tenant as the management client of this moment. */
  readonly connect: () => Promise<{ readonly resourceServers: ResourceServers }>;
  readonly prove: ProveKey;
  /** Makes a new signing key. */
  readonly generate: () => Promise<PrivateSigningJwk>;
  readonly clock: Clock;
  /** Resolves after so many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** What a step came to, for the log. */
export type StepOutcome =
  | 'done'
  /** The version signs already: the step belongs to a rotation that has ended. */
  | 'already_current'
  /** The version holds no other key than the current one: a trial of Secrets Manager's. */
  | 'nothing_to_test';
