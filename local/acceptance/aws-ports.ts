/** The calls to AWS that an acceptance run makes itself, with the credentials and Region of the environment. */
import { invokeFunction } from '../../src/aws/deployed-stack.ts';
import { rotateSecret, secretArn } from '../../src/aws/rotate-secret.ts';
import { createSecretVersions } from '../../src/aws/secret-versions.ts';

export interface AwsPorts {
  readonly secretArn: (secretId: string) => Promise<string>;
  /** Calls a function, and waits for its response, which is not trusted. */
  readonly invoke: (functionArn: string, event: unknown) => Promise<unknown>;
  readonly rotate: (secretId: string) => Promise<void>;
  /** The labels of each version of a secret. */
  readonly stages: (secretId: string) => Promise<ReadonlyMap<string, readonly string[]>>;
}

export const AWS: AwsPorts = {
  secretArn: (secretId) => secretArn(secretId),
  invoke: (functionArn, event) => invokeFunction(functionArn, event),
  rotate: (secretId) => rotateSecret(secretId),
  stages: (secretId) => createSecretVersions(secretId).stages(),
};
