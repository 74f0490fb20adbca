/** The stack of the signing key and of what publishes its public half. */
import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { Configuration } from '../src/config/configuration.ts';
import { warnOfNoRotation } from './not-built-yet.ts';
import { SigningKey } from './signing-key.ts';

export interface KeyStackProps extends StackProps {
  readonly configuration: Pick<Configuration, 'kmsKeyArn' | 'rotationDays'>;
}

export class KeyStack extends Stack {
  readonly signingKey: SigningKey;

  constructor(scope: Construct, id: string, { configuration, ...props }: KeyStackProps) {
    super(scope, id, props);
    const { kmsKeyArn, rotationDays } = configuration;
    warnOfNoRotation(this, rotationDays);
    const encryptionKey = kmsKeyArn === undefined ? undefined : Key.fromKeyArn(this, 'SecretsKey', kmsKeyArn);
    this.signingKey = new SigningKey(this, 'SigningKey', encryptionKey && { encryptionKey });
    new CfnOutput(this, 'SigningKeySecretArn', { value: this.signingKey.secretArn });
  }
}
