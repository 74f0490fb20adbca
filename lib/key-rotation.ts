/**
 * Changes the signing key on a schedule, on demand, and in an emergency, together with what the tenant knows of it. The
 * function may use the signing key's secret and the management client's, and no other.
 */
import { Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnPermission, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnRotationSchedule } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { Auth0Setup, KeyDelivery } from './auth0-setup.ts';
import { readSecretStatements, useKeyStatement } from './secret-statements.ts';
import { ServiceFunction } from './service-function.ts';
import type { SigningKey } from './signing-key.ts';
import { readState, type StateItem, writeState } from './state-table.ts';

export interface KeyRotationProps {
  readonly signingKey: SigningKey;
  /** What sets the tenant up: a rotation begins after it and ends before it is undone. */
  readonly setup: Auth0Setup;
  /** `https://tenant.auth0.com/`, with its final slash: where a new key is proved. */
  readonly issuer: string;
  /** Those of the set-up. */
  readonly tenantUrl: string;
  readonly audience: string;
  readonly managementSecret: string;
  /** @default 'verificationKey' */
  readonly keyDelivery?: KeyDelivery;
  /** @default 'certificate' */
  readonly keyFormat?: 'certificate' | 'jwk';
  readonly jwksUrl?: string;
  /** Those of the JWKS endpoint: a new key is published so long before it signs, an old one so long after. @default 300 */
  readonly jwksCacheSeconds?: number;
  /** From 1 to 1000; 0 for no schedule. @default 90 */
  readonly rotationDays?: number;
}

/** A step may have to wait for `jwksCacheSeconds`. */
const TIMEOUT = Duration.minutes(15);
/** Of the shared state, what a rotation uses. */
const STATE_ITEMS: readonly StateItem[] = ['public-keys', 'revoked-keys', 'resource-servers'];
const DEFAULT_ROTATION_DAYS = 90;
const DEFAULT_JWKS_CACHE_SECONDS = 300;

export class KeyRotation extends Construct {
  readonly function: IFunction;

  constructor(scope: Construct, id: string, props: KeyRotationProps) {
    super(scope, id);
    const { signingKey, setup, rotationDays = DEFAULT_ROTATION_DAYS } = props;
    this.function = this.#function(props);
    const permission = this.#letSecretsManagerCall(signingKey);
    if (rotationDays > 0) this.#schedule(signingKey, rotationDays).addResourceDependency(permission);
    // It begins when the tenant is set up, and ends before the tenant is put back.
    this.node.addDependency(setup);
  }

  #function(props: KeyRotationProps): IFunction {
    const { signingKey, managementSecret } = props;
    const { encryptionKey, stateTable } = signingKey;
    const keyActions = ['kms:Decrypt', 'kms:GenerateDataKey'];
    return new ServiceFunction(this, 'Rotate', {
      folder: 'key-rotation',
      description: 'Changes the signing key, and what the Auth0 tenant knows of it.',
      timeout: TIMEOUT,
      environment: { CONFIG: JSON.stringify(configurationOf(props)) },
      statements: [
        new PolicyStatement({
          actions: [
            'secretsmanager:DescribeSecret',
            'secretsmanager:GetSecretValue',
            'secretsmanager:PutSecretValue',
            'secretsmanager:UpdateSecretVersionStage',
          ],
          resources: [signingKey.secretArn],
        }),
        ...readSecretStatements(this, managementSecret, undefined),
        readState(stateTable, STATE_ITEMS),
        writeState(stateTable, STATE_ITEMS),
        ...(encryptionKey ? [useKeyStatement(this, encryptionKey, keyActions)] : []),
      ],
    }).function;
  }

  #letSecretsManagerCall({ secretArn }: SigningKey): CfnPermission {
    return new CfnPermission(this, 'CalledBySecretsManager', {
      action: 'lambda:InvokeFunction',
      functionName: this.function.functionArn,
      principal: new ServicePrincipal('secretsmanager.amazonaws.com').service,
      sourceAccount: Stack.of(this).account,
      sourceArn: secretArn,
    });
  }

  /** Turning it on does not rotate: a deployment changes no key. */
  #schedule({ secretArn }: SigningKey, automaticallyAfterDays: number): CfnRotationSchedule {
    return new CfnRotationSchedule(this, 'Schedule', {
      secretId: secretArn,
      rotationLambdaArn: this.function.functionArn,
      rotationRules: { automaticallyAfterDays },
      rotateImmediatelyOnUpdate: false,
    });
  }
}

function configurationOf(props: KeyRotationProps) {
  const { signingKey, managementSecret, tenantUrl, issuer, audience, jwksUrl } = props;
  return {
    signingKeySecret: signingKey.secretArn,
    stateTable: signingKey.stateTable.tableName,
    managementSecret,
    tenantUrl,
    issuer,
    audience,
    keyDelivery: props.keyDelivery ?? 'verificationKey',
    keyFormat: props.keyFormat ?? 'certificate',
    ...(jwksUrl !== undefined && { jwksUrl }),
    jwksCacheSeconds: props.jwksCacheSeconds ?? DEFAULT_JWKS_CACHE_SECONDS,
  };
}
