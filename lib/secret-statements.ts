/**
 * The right to read one secret.
 *
 * This replaces `ISecret.grantRead`, for three reasons. `grantRead` also allows `DescribeSecret`. It creates a separate policy,
 * which CloudFormation may create after the function and delete before it. And it treats every ARN that ends in a hyphen and six
 * characters as complete.
 */
import { Stack, Token } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { isImportedByName, partialArnOf } from './secret-id.ts';

/** Secrets Manager appends a hyphen and six characters to a name. */
const SUFFIX = '-??????';

/**
 * Makes the statements for reading a secret.
 *
 * @param defaultKey the customer key to assume if the secret has no `encryptionKey`
 */
export function readSecretStatements(
  scope: Construct,
  secret: ISecret,
  defaultKey: IKey | undefined,
): readonly PolicyStatement[] {
  return readStatements(scope, arnsOf(secret), secret.encryptionKey ?? defaultKey);
}

/**
 * Makes the statements for reading a secret of this project.
 *
 * @param secretArn the complete ARN
 * @param encryptionKey the customer key, if one encrypts the secret
 */
export function readOwnSecretStatements(
  scope: Construct,
  secretArn: string,
  encryptionKey: IKey | undefined,
): readonly PolicyStatement[] {
  return readStatements(scope, [secretArn], encryptionKey);
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

function readStatements(scope: Construct, resources: readonly string[], encryptionKey: IKey | undefined) {
  const read = new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [...resources] });
  return encryptionKey ? [read, useKeyStatement(scope, encryptionKey, ['kms:Decrypt'])] : [read];
}

/** The end of an ARN can look like the suffix without being it, so the statement covers both cases. */
function arnsOf(secret: ISecret): readonly string[] {
  if (isImportedByName(secret)) return [`${partialArnOf(secret)}${SUFFIX}`];
  const { secretArn } = secret;
  return Token.isUnresolved(secretArn) ? [secretArn] : [secretArn, `${secretArn}${SUFFIX}`];
}

/** The right to rotate a secret: to read it, to write versions, and to move their staging labels. */
export function rotateSecretStatement(secretArn: string): PolicyStatement {
  return new PolicyStatement({
    actions: [
      'secretsmanager:DescribeSecret',
      'secretsmanager:GetSecretValue',
      'secretsmanager:PutSecretValue',
      'secretsmanager:UpdateSecretVersionStage',
    ],
    resources: [secretArn],
  });
}
