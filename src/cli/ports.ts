/** What the commands need of the world: all of it handed in. */

import type { Authorizer } from '../authorizer/authorizer.ts';
import type { AuthorizerConfiguration } from '../config/authorizer-configuration.ts';
import type { IssuerPorts } from '../issuer/issuer-endpoint.ts';
import type { SigningKeyStore } from '../signing-key/signing-key-ring.ts';
import type { Variables } from './setting-sources.ts';
import type { Terminal } from './terminal.ts';

/** Builds the very authorizer that runs behind the gateway. */
export type ComposeAuthorizer = (
  configuration: AuthorizerConfiguration,
  ports: IssuerPorts & { readonly signingKeys: SigningKeyStore },
) => Authorizer;

export interface Ports extends IssuerPorts {
  readonly terminal: Terminal;
  readonly fetch: typeof fetch;
  /** Calls back after so many milliseconds, unless cancelled; does not keep the process alive. */
  readonly setTimer: (milliseconds: number, callback: () => void) => () => void;
  /** A new unique id of at most 64 characters. */
  readonly uniqueId: () => string;
  /** Resolves if the host has an address. */
  readonly lookUpHost: (host: string) => Promise<void>;
  /** The signing keys in an AWS secret, the current one first. */
  readonly readSecretKeys: (secretId: string) => ReturnType<SigningKeyStore['read']>;
  readonly composeAuthorizer: ComposeAuthorizer;
  readonly environment: Variables;
  /** Files are named relative to it. */
  readonly directory: string;
  /** Calls back for each Ctrl-C; answers how to stop that. */
  readonly onInterrupt: (callback: () => void) => () => void;
}
