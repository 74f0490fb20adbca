/** A secret that CloudFormation fills with random letters and digits, and that the deployment never rotates. */
import { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

export interface RandomSecretProps {
  readonly description: string;
  /** Encrypts the secret. @default the account's default key for Secrets Manager */
  readonly encryptionKey: IKey | undefined;
  /** How many characters it has. @default 64 */
  readonly length?: number;
  /** Why it is not rotated on a schedule. */
  readonly reason: string;
}

/** 380 bits. */
const LENGTH = 64;

/**
 * Creates the secret. It is deleted with its stack.
 *
 * @returns its complete ARN
 */
export function randomSecret(
  scope: Construct,
  id: string,
  { description, length = LENGTH, encryptionKey, reason }: RandomSecretProps,
): string {
  const secret = new CfnSecret(scope, id, {
    description,
    generateSecretString: { passwordLength: length, excludePunctuation: true },
    ...(encryptionKey && { kmsKeyId: encryptionKey.keyArn }),
  });
  secret.applyRemovalPolicy(RemovalPolicy.DESTROY);
  acknowledge(secret, { id: 'AwsSolutions-SMG4', reason });
  return secret.attrId;
}
