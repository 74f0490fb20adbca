/** Secrets that an operator created: from the name or ARN in `cdk.json` to an `ISecret`, and back to what a function asks for. */
import { ArnFormat, Stack } from 'aws-cdk-lib';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';

/**
 * Imports a secret by what the configuration says.
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
 * Returns what `GetSecretValue` takes: the name of a secret that was imported by its name, otherwise the ARN. A partial ARN
 * would not do for a name: Secrets Manager does not find one whose last seven characters look like the suffix.
 */
export function secretIdOf(secret: ISecret): string {
  return isImportedByName(secret) ? secret.secretName : secret.secretArn;
}

/** Returns the ARN that the secret's name makes, without the suffix. */
export function partialArnOf(secret: ISecret): string {
  return Stack.of(secret).formatArn({
    service: 'secretsmanager',
    resource: 'secret',
    resourceName: secret.secretName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}
