/** Starts the rotation of a secret and finds its ARN, for an operator's tools. The functions need neither. */
import { DescribeSecretCommand, RotateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CLIENT_OPTIONS } from './client-options.ts';
import { AwsError, awsError } from './errors.ts';

/**
 * Rotates a secret now, by the function of its rotation schedule. Returns before the rotation has ended.
 *
 * @throws AwsError `secret_unwritable`
 */
export async function rotateSecret(secretId: string, client = new SecretsManagerClient(CLIENT_OPTIONS)): Promise<void> {
  await client.send(new RotateSecretCommand({ SecretId: secretId })).catch((error: unknown) => {
    throw awsError('secret_unwritable', `The secret ${secretId} cannot be rotated`, error);
  });
}

/**
 * Finds the ARN of a secret, which names its account and Region.
 *
 * @throws AwsError `secret_unreadable`
 */
export async function secretArn(secretId: string, client = new SecretsManagerClient(CLIENT_OPTIONS)): Promise<string> {
  const { ARN } = await client.send(new DescribeSecretCommand({ SecretId: secretId })).catch((error: unknown) => {
    throw awsError('secret_unreadable', `The secret ${secretId} cannot be described`, error);
  });
  if (ARN !== undefined) return ARN;
  throw new AwsError('secret_unreadable', `The secret ${secretId} has no ARN. Check the name of the secret.`);
}
