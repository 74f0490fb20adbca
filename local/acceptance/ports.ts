/** What an acceptance run needs from the outside world. `bin/acceptance.ts` provides it. */
import type { Terminal } from '../../src/cli/terminal.ts';
import type { PasswordGrantClient } from '../../src/core/client-credentials.ts';
import type { IssuerPorts } from '../../src/issuer/issuer-endpoint.ts';
import type { ManagementConnection } from '../../src/management/management-connection.ts';
import type { AwsPorts } from './aws-ports.ts';

export interface AcceptancePorts extends IssuerPorts {
  readonly terminal: Pick<Terminal, 'note' | 'canAsk' | 'ask'>;
  /** Calls back after a number of milliseconds, and returns how to cancel that. */
  readonly setTimer: (milliseconds: number, callback: () => void) => () => void;
  /** A new unique id: letters, digits and "-". */
  readonly uniqueId: () => string;
  readonly aws: AwsPorts;
  /** Connects to the tenant as the client in the management secret. */
  readonly connect: () => Promise<ManagementConnection>;
  /** Reads the client that logs users in. */
  readonly readPasswordClient: (secretId: string) => Promise<PasswordGrantClient>;
}
