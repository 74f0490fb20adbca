/** The function that forwards requests to an operator's own backend, and the secret that identifies it there. */
import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import {
  type BackendProxyConfiguration,
  parseBackendProxyConfiguration,
} from '../src/config/function-configurations.ts';
import { functionConfiguration } from './function-configuration.ts';
import { GatewaySecret } from './gateway-secret.ts';
import { readOwnSecretStatements } from './secret-statements.ts';
import { ServiceFunction } from './service-function.ts';

/** Where `BackendProxy` forwards requests to. */
export interface BackendProxyProps {
  /** URL of the backend: https, or http to loopback. Its path is prepended to the path of each request. */
  readonly backendUrl: string;

  /**
   * Encrypts the gateway secret.
   *
   * @default - the account's default key for Secrets Manager
   */
  readonly encryptionKey?: IKey | undefined;
}

/** API Gateway waits this long. */
const TIMEOUT = Duration.seconds(29);

/**
 * Forwards requests to an HTTP backend. It sends the principal in `x-auth-…` headers instead of the credential.
 *
 * @example
 * const backend = new BackendProxy(this, 'Backend', { backendUrl: 'https://backend.example' });
 * const orders = restApi.root.addResource('orders').addProxy({ defaultIntegration: new LambdaIntegration(backend.function) });
 * if (orders.anyMethod) auth.protect(orders.anyMethod, ['orders']);
 */
export class BackendProxy extends Construct {
  /** The Lambda function that forwards requests. */
  readonly function: IFunction;

  /** ARN of the gateway secret, which the backend must know. */
  readonly gatewaySecretArn: string;

  /** @throws ConfigurationError `configuration_invalid` */
  constructor(scope: Construct, id: string, { backendUrl, encryptionKey }: BackendProxyProps) {
    super(scope, id);
    this.gatewaySecretArn = new GatewaySecret(this, 'GatewaySecret', { encryptionKey }).secretArn;
    const configuration: Readonly<Record<keyof BackendProxyConfiguration, unknown>> = {
      backendUrl,
      gatewaySecret: this.gatewaySecretArn,
    };
    this.function = new ServiceFunction(this, 'Pass', {
      folder: 'backend-proxy',
      description: 'Forwards requests to the backend, with the principal instead of the credential.',
      timeout: TIMEOUT,
      environment: { CONFIG: functionConfiguration(this, configuration, parseBackendProxyConfiguration) },
      statements: readOwnSecretStatements(this, this.gatewaySecretArn, encryptionKey),
    }).function;
  }
}
