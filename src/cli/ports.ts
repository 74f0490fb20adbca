/** Everything that commands need from the outside world. `bin/asp.ts` provides it. */

import type { Authorizer } from '../authorizer/authorizer.ts';
import type { AuthorizerConfiguration } from '../config/authorizer-configuration.ts';
import type { IssuerPorts } from '../issuer/issuer-endpoint.ts';
import type { ProofTable } from '../shared-state/ports.ts';
import type { SigningKeyStore } from '../signing-key/signing-key-ring.ts';
import type { Variables } from './setting-sources.ts';
import type { Terminal } from './terminal.ts';

/** Builds the same authorizer that runs behind the gateway. */
export type ComposeAuthorizer = (
  configuration: AuthorizerConfiguration,
  ports: IssuerPorts & { readonly signingKeys: SigningKeyStore; readonly proofs: ProofTable },
) => Authorizer;

/** An event of a log. Its message is not trusted. */
export interface LogEvent {
  /** The same each time the event is read. */
  readonly id: string;
  /** Epoch milliseconds. */
  readonly timeMs: number;
  readonly message: string;
}

/**
 * Reads one page of a log group: events from a time on whose message contains a phrase. There are more if the page has a token. Throws
 * CodedError `logs_busy` if a later attempt may succeed.
 */
export type ReadLogEvents = (query: {
  readonly logGroup: string;
  readonly phrase: string;
  readonly fromMs: number;
  readonly nextToken?: string | undefined;
}) => Promise<{ readonly events: readonly LogEvent[]; readonly nextToken: string | undefined }>;

export interface Ports extends IssuerPorts {
  readonly terminal: Terminal;
  /** Calls back after a number of milliseconds, and returns how to cancel that. Does not keep the process alive. */
  readonly setTimer: (milliseconds: number, callback: () => void) => () => void;
  /** A new unique id of at most 64 characters. */
  readonly uniqueId: () => string;
  /** Resolves if the host has an address. */
  readonly lookUpHost: (host: string) => Promise<void>;
  /** The signing keys in an AWS secret, the current one first. */
  readonly readSecretKeys: (secretId: string) => ReturnType<SigningKeyStore['read']>;
  /** One output of a CloudFormation stack. */
  readonly readStackOutput: (stackName: string, outputKey: string) => Promise<string>;
  /** The same; `undefined` if the stack has no such output. */
  readonly findStackOutput: (stackName: string, outputKey: string) => Promise<string | undefined>;
  /** The log group of a Lambda function, by its name or ARN. */
  readonly findLogGroup: (functionName: string) => Promise<string>;
  readonly readLogEvents: ReadLogEvents;
  /** Calls a Lambda function by its name or ARN, and waits for its response, which is not trusted. */
  readonly invokeFunction: (functionName: string, event: unknown) => Promise<unknown>;
  /** Sends a message to an SQS queue. */
  readonly sendToQueue: (queueUrl: string, body: string) => Promise<void>;
  readonly composeAuthorizer: ComposeAuthorizer;
  readonly environment: Variables;
  /** The version of this package. */
  readonly version: string;
  /** File names are relative to this directory. */
  readonly directory: string;
  /** Calls back for each Ctrl-C, and returns how to stop that. */
  readonly onInterrupt: (callback: () => void) => () => void;
}
