/** The function that passes requests on to an operator's own backend, and what it needs to be known by it. */
import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { BackendSecret } from './gateway-secret.ts';
import { readSecretStatements } from './secret-statements.ts';
import { ServiceFunction } from './service-function.ts';

export interface UpstreamFunctionProps {
  /** The backend's URL: https, or http to loopback; a path in it goes before that of each request. */
  readonly upstream: string;
  /** Encrypts the header secret. @default the account's own key for Secrets Manager */
  readonly encryptionKey?: IKey | undefined;
}

/** As long as API Gateway waits. */
const TIMEOUT = Duration.seconds(29);

export class UpstreamFunction extends Construct {
  readonly function: IFunction;
  /** The secret that the backend is to be given. */
  readonly backendSecretArn: string;

  constructor(scope: Construct, id: string, { upstream, encryptionKey }: UpstreamFunctionProps) {
    super(scope, id);
    this.backendSecretArn = new BackendSecret(this, 'BackendSecret', { encryptionKey }).secretArn;
    this.function = new ServiceFunction(this, 'Pass', {
      folder: 'backend-proxy',
      description: 'Passes requests on to the backend, with the principal in place of the credential.',
      timeout: TIMEOUT,
      environment: { CONFIG: JSON.stringify({ upstream, gatewaySecret: this.backendSecretArn }) },
      statements: readSecretStatements(this, this.backendSecretArn, encryptionKey),
    }).function;
  }
}
