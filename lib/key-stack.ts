/** The stack of the signing key and of the JWKS that publishes its public half. */
import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { Configuration } from '../src/config/configuration.ts';
import { optionsOf } from './configured-options.ts';
import { setFunctionOptions } from './function-options.ts';
import { JwksEndpoint } from './jwks-endpoint.ts';
import { SigningKey } from './signing-key.ts';

export interface KeyStackProps extends StackProps {
  readonly configuration: Configuration;
}

export class KeyStack extends Stack {
  readonly signingKey: SigningKey;

  /** URL of the JWKS. It is served for every `keyDelivery`, so that `keyDelivery` can change at any time. */
  readonly jwksUrl: string;

  constructor(scope: Construct, id: string, { configuration, ...props }: KeyStackProps) {
    super(scope, id, props);
    const { kmsKeyArn, jwksCacheSeconds } = configuration;
    const encryptionKey = kmsKeyArn === undefined ? undefined : Key.fromKeyArn(this, 'SecretsKey', kmsKeyArn);
    setFunctionOptions(this, optionsOf(configuration, encryptionKey));
    this.signingKey = new SigningKey(this, 'SigningKey', { encryptionKey });
    this.jwksUrl = new JwksEndpoint(this, 'Jwks', {
      signingKey: this.signingKey,
      jwksMaxAge: Duration.seconds(jwksCacheSeconds),
      accessLog: configuration.accessLog,
      throttlingRateLimit: configuration.jwksThrottleRate,
      throttlingBurstLimit: configuration.jwksThrottleBurst,
    }).url;
    new CfnOutput(this, 'SigningKeySecretArn', { value: this.signingKey.secretArn });
    new CfnOutput(this, 'JwksUrl', { value: this.jwksUrl });
  }
}
