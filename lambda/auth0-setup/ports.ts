/** What the set-up of a tenant needs from outside. */
import type { SetupConfiguration } from '../../src/config/function-configurations.ts';
import type { Clock } from '../../src/core/clock.ts';
import type { HttpPort } from '../../src/core/http.ts';
import type { SecretStore } from '../../src/core/secret-store.ts';
import type { ListDeployments, StateStore } from '../../src/core/state-store.ts';
import type { Connect } from '../../src/setup/connect.ts';

export interface SetupPorts {
  readonly settings: SetupConfiguration;
  readonly secrets: SecretStore;
  readonly state: StateStore;
  readonly otherDeployments: ListDeployments;
  readonly connect: Connect;
  /** To the issuer. */
  readonly http: HttpPort;
  readonly clock: Clock;
  /** Resolves after this many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Makes a unique text, such as a random one. */
  readonly uniqueId: () => string;
}
