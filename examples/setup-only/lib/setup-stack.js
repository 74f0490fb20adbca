import { Auth0Setup, KeyRotation, SigningKey } from 'auth0-api-authorizer';
import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';

/** An API that runs elsewhere reads the signing key from Secrets Manager and introspects tokens itself. */
export class SetupStack extends Stack {
  constructor(scope, id, props) {
    super(scope, id, props);
    const issuer = this.node.getContext('issuer');
    const signingKey = new SigningKey(this, 'SigningKey');
    const setup = new Auth0Setup(this, 'Setup', {
      tenantUrl: issuer,
      audience: this.node.getContext('audience'),
      managementSecret: Secret.fromSecretNameV2(this, 'Management', this.node.getContext('managementSecret')),
      signingKey,
    });
    new KeyRotation(this, 'KeyRotation', { setup, automaticallyAfter: Duration.days(30) });

    new CfnOutput(this, 'SigningKeySecretArn', { value: signingKey.secretArn });
    new CfnOutput(this, 'Warnings', { value: setup.warnings });
  }
}
