/** Secrets that an operator created: converts the name or ARN in `cdk.json` to an `ISecret`, and that to the id that a function reads. */
import { ArnFormat, Stack } from 'aws-cdk-lib';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';

/**
 * Imports the secret that the configuration names.
 *
 * @param secretId name or ARN, with or without the suffix that Secrets Manager appends
 */
export function importSecret(scope: Construct, id: string, secretId: string): ISecret {
  // As a partial ARN, because the last characters of a name can look like the suffix. A complete ARN works as well.
  return secretId.startsWith('arn:')
    ? Secret.fromSecretPartialArn(scope, id, secretId)
    : Secret.fromSecretNameV2(scope, id, secretId);
}

/** Says whether a secret was imported by its name, which leaves its ARN without the suffix. */
export function isImportedByName(secret: ISecret): boolean {
  return secret.secretFullArn === undefined && [secret.secretName, partialArnOf(secret)].includes(secret.secretArn);
}

/**
 * Returns the `SecretId` for `GetSecretValue`: the name of a secret that was imported by its name, otherwise the ARN. A partial
 * ARN does not always work: Secrets Manager finds no secret if the last seven characters of its name look like the suffix.
 */
export function secretIdOf(secret: ISecret): string {
  return isImportedByName(secret) ? secret.secretName : secret.secretArn;
}

/** Builds the ARN from the secret's name, without the suffix. */
export function partialArnOf(secret: ISecret): string {
  return Stack.of(secret).formatArn({
    service: 'secretsmanager',
    resource: 'secret',
    resourceName: secret.secretName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}
