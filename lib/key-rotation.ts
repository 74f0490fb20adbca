/**
 * Rotates the signing key on a schedule, on demand, and in an emergency, together with the tenant's copy of the public key.
 * The function may use the signing key's secret and the management client's, and no other.
 */
import { Duration } from 'aws-cdk-lib';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { DEFAULTS } from '../src/config/defaults.ts';
import { jwksCacheSeconds, rotationDays } from '../src/config/deployment-fields.ts';
import { parseRotationConfiguration, type RotationConfiguration } from '../src/config/function-configurations.ts';
import type { StateName } from '../src/core/state-store.ts';
import type { Auth0Setup } from './auth0-setup.ts';
import { checkProp, secondsOf } from './check-prop.ts';
import { functionConfiguration } from './function-configuration.ts';
import { secretIdOf } from './secret-id.ts';
import { addSecretRotation } from './secret-rotation.ts';
import { readSecretStatements, rotateSecretStatement, useKeyStatement } from './secret-statements.ts';
import { ServiceFunction } from './service-function.ts';
import { readState, writeState } from './state-table.ts';

/** Which key `KeyRotation` rotates, and when. */
export interface KeyRotationProps {
  /**
   * The set-up whose tenant gets the new key. It also determines which key is rotated and how it is delivered. A rotation can
   * run only while the tenant is set up.
   */
  readonly setup: Auth0Setup;

  /**
   * How often the key is rotated, in whole days: at most 1000. `Duration.days(0)` turns the schedule off; rotations on demand
   * remain possible.
   *
   * @default Duration.days(90)
   */
  readonly automaticallyAfter?: Duration;

  /**
   * How long a server may cache the JWKS: the `jwksMaxAge` of the `JwksEndpoint`, at most 10 minutes. A new key is published
   * this long before it is used, and an old one remains published this long afterwards.
   *
   * @default Duration.minutes(5)
   */
  readonly jwksMaxAge?: Duration;
}

/** A step may have to wait for `jwksMaxAge`. */
const TIMEOUT = Duration.minutes(15);
/** The items of the state table that a rotation uses. */
const STATE_ITEMS: readonly StateName[] = ['public-keys', 'revoked-keys', 'resource-servers'];

/**
 * Rotates the signing key without a caller noticing.
 *
 * @example
 * new KeyRotation(this, 'KeyRotation', { setup, automaticallyAfter: Duration.days(30) });
 */
export class KeyRotation extends Construct {
  /** The Lambda function that Secrets Manager calls for each step of a rotation. */
  readonly function: IFunction;

  /** The ARN of the secret that is rotated. */
  readonly secretArn: string;

  /** @throws ConfigurationError `configuration_invalid` */
  constructor(scope: Construct, id: string, props: KeyRotationProps) {
    super(scope, id);
    const { setup, automaticallyAfter = Duration.days(DEFAULTS.rotationDays) } = props;
    const { signingKey } = setup;
    checkProp(this, 'automaticallyAfter', automaticallyAfter.toDays({ integral: false }), rotationDays);
    this.secretArn = signingKey.secretArn;
    this.function = this.#function(props);
    addSecretRotation(this, { secretArn: this.secretArn, function: this.function, automaticallyAfter });
    this.node.addDependency(setup);
  }

  /**
   * Lets somebody revoke the signing key with `asp revoke-key`, for example the role of an operator.
   *
   * @param grantee such as a `Role`
   */
  grantInvoke(grantee: IGrantable): Grant {
    return this.function.grantInvoke(grantee);
  }

  #function(props: KeyRotationProps): IFunction {
    const { signingKey, managementSecret } = props.setup;
    const { encryptionKey, stateTable } = signingKey;
    const keyActions = ['kms:Decrypt', 'kms:GenerateDataKey'];
    return new ServiceFunction(this, 'Rotate', {
      folder: 'key-rotation',
      description: 'Rotates the signing key, and delivers the new public key to the Auth0 tenant.',
      timeout: TIMEOUT,
      environment: { CONFIG: functionConfiguration(this, configurationOf(this, props), parseRotationConfiguration) },
      statements: [
        rotateSecretStatement(signingKey.secretArn),
        // No default key is needed here: the last statement lets the function decrypt with the key of the signing key.
        ...readSecretStatements(this, managementSecret, undefined),
        readState(stateTable, STATE_ITEMS),
        writeState(stateTable, STATE_ITEMS),
        ...(encryptionKey ? [useKeyStatement(this, encryptionKey, keyActions)] : []),
      ],
    }).function;
  }
}

function configurationOf(
  scope: Construct,
  { setup, jwksMaxAge }: KeyRotationProps,
): Readonly<Record<keyof RotationConfiguration, unknown>> {
  return {
    signingKeySecret: setup.signingKey.secretArn,
    stateTable: setup.signingKey.stateTable.tableName,
    managementSecret: secretIdOf(setup.managementSecret),
    tenantUrl: setup.tenantUrl,
    issuer: setup.issuer,
    audience: setup.audience,
    audiences: setup.audiences,
    keyDelivery: setup.keyDelivery,
    keyFormat: setup.keyFormat,
    jwksUrl: setup.jwksUrl,
    jwksCacheSeconds: secondsOf(scope, 'jwksMaxAge', jwksMaxAge, jwksCacheSeconds) ?? DEFAULTS.jwksCacheSeconds,
  };
}
