/** The right to read one secret, which an operator names by its name or its ARN. */
import { ArnFormat, Stack, Token } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/** Secrets Manager appends a hyphen and six characters to a name. */
const SUFFIX = '-??????';

/**
 * Makes the statements for reading a secret.
 *
 * @param secretId name or ARN, with or without the suffix that Secrets Manager appends
 * @param encryptionKey the customer key, if one encrypts the secret
 */
export function readSecretStatements(
  scope: Construct,
  secretId: string,
  encryptionKey: IKey | undefined,
): readonly PolicyStatement[] {
  const read = new PolicyStatement({
    actions: ['secretsmanager:GetSecretValue'],
    resources: [...secretArns(scope, secretId)],
  });
  return encryptionKey ? [read, useKeyStatement(scope, encryptionKey, ['kms:Decrypt'])] : [read];
}

/** The right to use a customer key, through Secrets Manager only. */
export function useKeyStatement(scope: Construct, { keyArn }: IKey, actions: readonly string[]): PolicyStatement {
  const { region, urlSuffix } = Stack.of(scope);
  return new PolicyStatement({
    actions: [...actions],
    resources: [keyArn],
    conditions: { StringEquals: { 'kms:ViaService': `secretsmanager.${region}.${urlSuffix}` } },
  });
}

/** An ARN may end in something that merely looks like the suffix, so it is taken both ways. */
function secretArns(scope: Construct, secretId: string): readonly string[] {
  if (Token.isUnresolved(secretId)) return [secretId];
  if (secretId.startsWith('arn:')) return [secretId, `${secretId}${SUFFIX}`];
  const arnFormat = ArnFormat.COLON_RESOURCE_NAME;
  const resourceName = `${secretId}${SUFFIX}`;
  return [Stack.of(scope).formatArn({ service: 'secretsmanager', resource: 'secret', resourceName, arnFormat })];
}
