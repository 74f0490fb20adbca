/** The function that passes requests on to an operator's own backend, and what it needs to be known by it. */
import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { GatewaySecret } from './gateway-secret.ts';
import { readSecretStatements } from './secret-statements.ts';
import { ServiceFunction } from './service-function.ts';

export interface BackendProxyProps {
  /** The backend's URL: https, or http to loopback; a path in it goes before that of each request. */
  readonly backendUrl: string;
  /** Encrypts the header secret. @default the account's own key for Secrets Manager */
  readonly encryptionKey?: IKey | undefined;
}

/** As long as API Gateway waits. */
const TIMEOUT = Duration.seconds(29);

export class BackendProxy extends Construct {
  readonly function: IFunction;
  /** The secret that the backend is to be given. */
  readonly gatewaySecretArn: string;

  constructor(scope: Construct, id: string, { backendUrl, encryptionKey }: BackendProxyProps) {
    super(scope, id);
    this.gatewaySecretArn = new GatewaySecret(this, 'GatewaySecret', { encryptionKey }).secretArn;
    this.function = new ServiceFunction(this, 'Pass', {
      folder: 'backend-proxy',
      description: 'Passes requests on to the backend, with the principal in place of the credential.',
      timeout: TIMEOUT,
      environment: { CONFIG: JSON.stringify({ backendUrl, gatewaySecret: this.gatewaySecretArn }) },
      statements: readSecretStatements(this, this.gatewaySecretArn, encryptionKey),
    }).function;
  }
}
