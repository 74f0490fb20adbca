/** The secret header by which a backend knows that a request came through this API. */
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { randomSecret } from './random-secret.ts';

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
    // A backend needs it only as long as the API exists.
    this.secretArn = randomSecret(this, 'Secret', {
      description: 'The API sends this to its backend as x-gateway-secret. Give it to the backend.',
      length: LENGTH,
      encryptionKey,
      reason:
        'The operator has to give a new value to the backend, so the operator rotates it. The API reads it again by itself.',
    });
  }
}
