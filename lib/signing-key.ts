/**
 * The signing key of the resource server. A function in AWS generates the private half and stores it in Secrets Manager. It is
 * in no template, parameter, output, log or asset. The public half is in the state table, for functions that need only that.
 */
import { CustomResource, Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { parseSigningKeyConfiguration, type SigningKeyConfiguration } from '../src/config/function-configurations.ts';
import { acknowledge } from './acknowledge.ts';
import { functionConfiguration } from './function-configuration.ts';
import { useKeyStatement } from './secret-statements.ts';
import { ServiceFunction } from './service-function.ts';
import { readState, StateTable, writeState } from './state-table.ts';

/** How `SigningKey` stores the key. */
export interface SigningKeyProps {
  /**
   * Encrypts the secret.
   *
   * @default - the account's default key for Secrets Manager
   */
  readonly encryptionKey?: IKey | undefined;

  /**
   * What happens to the secret when its stack is deleted. `RETAIN` leaves a private key behind whose public half the tenant no
   * longer has.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;
}

const FUNCTION_TIMEOUT = Duration.seconds(30);
/** Lambda runs a function that dies three times in all, one and two minutes apart. The rest is for its last response. */
const SERVICE_TIMEOUT = Duration.minutes(5);

/**
 * Generates the key pair that the resource server uses to authenticate to the tenant.
 *
 * @example
 * const signingKey = new SigningKey(this, 'SigningKey', { encryptionKey: new Key(this, 'SecretsKey') });
 */
export class SigningKey extends Construct {
  /** The ARN of the secret that holds the private half, a JWK. */
  readonly secretArn: string;

  /** Holds the public half, as a JWKS whose keys have their certificate, and the state that the deployment's functions share. */
  readonly stateTable: Table;

  /** The customer key that encrypts the secret, if there is one. */
  readonly encryptionKey: IKey | undefined;

  constructor(scope: Construct, id: string, props: SigningKeyProps = {}) {
    super(scope, id);
    this.encryptionKey = props.encryptionKey;
    // `Ref` is the ARN on AWS and the name elsewhere; this attribute is the ARN everywhere.
    this.secretArn = this.#secret(props.removalPolicy ?? RemovalPolicy.DESTROY).attrId;
    this.stateTable = new StateTable(this, 'State').table;
    new CustomResource(this, 'Key', {
      resourceType: 'Custom::SigningKey',
      serviceToken: this.#maker().function.functionArn,
      serviceTimeout: SERVICE_TIMEOUT,
      // The function does not read this. If the secret is replaced, CloudFormation runs the function again for the new one.
      properties: { SecretId: this.secretArn },
    });
  }

  /** CloudFormation creates the secret with a placeholder, which the function does not mistake for a key. */
  #secret(removalPolicy: RemovalPolicy): CfnSecret {
    const secret = new CfnSecret(this, 'Secret', {
      description: 'The private signing key of the resource server, a JWK.',
      generateSecretString: { secretStringTemplate: '{}', generateStringKey: 'placeholder' },
      ...(this.encryptionKey && { kmsKeyId: this.encryptionKey.keyArn }),
    });
    secret.applyRemovalPolicy(removalPolicy);
    acknowledge(secret, {
      id: 'AwsSolutions-SMG4',
      reason:
        'A KeyRotation rotates it, in the stack that sets the tenant up: the tenant must have a new key before that key signs.',
    });
    return secret;
  }

  #maker(): ServiceFunction {
    const secret = new PolicyStatement({
      actions: ['secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'],
      resources: [this.secretArn],
    });
    const state = [
      readState(this.stateTable, ['public-keys', 'revoked-keys']),
      writeState(this.stateTable, ['public-keys']),
    ];
    const keyActions = ['kms:Decrypt', 'kms:GenerateDataKey'];
    const key = this.encryptionKey && useKeyStatement(this, this.encryptionKey, keyActions);
    const configuration: Readonly<Record<keyof SigningKeyConfiguration, unknown>> = {
      signingKeySecret: this.secretArn,
      stateTable: this.stateTable.tableName,
    };
    return new ServiceFunction(this, 'Maker', {
      folder: 'signing-key',
      description: 'Generates the signing key of the resource server.',
      timeout: FUNCTION_TIMEOUT,
      environment: { CONFIG: functionConfiguration(this, configuration, parseSigningKeyConfiguration) },
      statements: [secret, ...state, ...(key ? [key] : [])],
    });
  }
}
