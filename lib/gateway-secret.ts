/** The secret header by which a backend knows that a request came through this API. */
import { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

export interface GatewaySecretProps {
  /**
   * Encrypts the secret.
   *
   * @default - the account's default key for Secrets Manager
   */
  readonly encryptionKey?: IKey | undefined;
}

const LENGTH = 48;

export class GatewaySecret extends Construct {
  /** The complete ARN of the secret. */
  readonly secretArn: string;

  constructor(scope: Construct, id: string, { encryptionKey }: GatewaySecretProps = {}) {
    super(scope, id);
    const secret = new CfnSecret(this, 'Secret', {
      description: 'The API sends this to its backend as x-gateway-secret. Give it to the backend.',
      generateSecretString: { passwordLength: LENGTH, excludePunctuation: true },
      ...(encryptionKey && { kmsKeyId: encryptionKey.keyArn }),
    });
    // A backend needs it only as long as the API exists.
    secret.applyRemovalPolicy(RemovalPolicy.DESTROY);
    acknowledge(secret, {
      id: 'AwsSolutions-SMG4',
      reason:
        'The operator has to give a new value to the backend, so the operator rotates it. The API reads it again by itself.',
    });
    this.secretArn = secret.attrId;
  }
}
