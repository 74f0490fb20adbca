/** Secrets Manager, as far as custom resources need it. What a secret holds appears in no error. */
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { CLIENT_OPTIONS } from './client-options.ts';
import { awsError } from './errors.ts';

/** A place for secrets. Ids are names or ARNs. */
export interface SecretStore {
  /**
   * Reads the current version; `undefined` if the secret has none.
   *
   * @throws AwsError `secret_unreadable`
   */
  read(secretId: string): Promise<string | undefined>;
  /**
   * Makes a value the current version.
   *
   * @param token names the version: 32 to 64 characters. A second value under the same token is not written
   * @returns whether it was written
   * @throws AwsError `secret_unwritable`
   */
  write(secretId: string, value: string, token: string): Promise<boolean>;
}

/** Connects to Secrets Manager with the credentials and region of the environment. */
export function createSecretStore(client = new SecretsManagerClient(CLIENT_OPTIONS)): SecretStore {
  return {
    read: (secretId) => read(client, secretId),
    write: (secretId, value, token) => write(client, secretId, value, token),
  };
}

async function read(client: SecretsManagerClient, secretId: string): Promise<string | undefined> {
  try {
    return (await client.send(new GetSecretValueCommand({ SecretId: secretId }))).SecretString;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw awsError('secret_unreadable', `The secret ${secretId} cannot be read`, error);
  }
}

async function write(client: SecretsManagerClient, secretId: string, value: string, token: string): Promise<boolean> {
  try {
    await client.send(
      new PutSecretValueCommand({ SecretId: secretId, SecretString: value, ClientRequestToken: token }),
    );
    return true;
  } catch (error) {
    if (error instanceof ResourceExistsException) return false;
    throw awsError('secret_unwritable', `The secret ${secretId} cannot be written`, error);
  }
}
