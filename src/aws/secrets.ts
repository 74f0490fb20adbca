/** Reads and writes secrets in Secrets Manager. No error contains a secret's value. */
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { SecretStore } from '../core/secret-store.ts';
import { CLIENT_OPTIONS, PATIENCE } from './client-options.ts';
import { awsError } from './errors.ts';
import { toleratingNewRole } from './new-role.ts';

/** Connects to Secrets Manager with the credentials and region of the environment. */
export function createSecretStore(
  client = toleratingNewRole(new SecretsManagerClient(CLIENT_OPTIONS), PATIENCE),
): SecretStore {
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
