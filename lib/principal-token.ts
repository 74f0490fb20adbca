/**
 * What a signed principal needs: a key of its own in Secrets Manager, a function that makes and rotates it, and a JWKS of its own. The
 * tenant never learns this key: in the JWKS that the tenant trusts, it could authenticate the resource server.
 */
import { CustomResource, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { DEFAULTS } from '../src/config/defaults.ts';
import { rotationDays } from '../src/config/deployment-fields.ts';
import { parseSigningKeyConfiguration, type SigningKeyConfiguration } from '../src/config/function-configurations.ts';
import { acknowledge } from './acknowledge.ts';
import type { AuthorizerFunctionProps } from './authorizer-function-props.ts';
import { checkProp, invalidProp } from './check-prop.ts';
import { functionConfiguration } from './function-configuration.ts';
import { addSecretRotation } from './secret-rotation.ts';
import { readOwnSecretStatements, rotateSecretStatement, useKeyStatement } from './secret-statements.ts';
import { serveJwks } from './serve-jwks.ts';
import { ServiceFunction } from './service-function.ts';
import { readState, writeState } from './state-table.ts';

export interface PrincipalTokenProps {
  /** The `aud` of the tokens. */
  readonly audience: string;

  /** How long API Gateway caches the authorizer's results. Known only at deployment: an hour. */
  readonly resultsCacheTtl: Duration;

  /**
   * How often the key is rotated, in whole days: at most 1000. `Duration.days(0)` turns the schedule off.
   *
   * @default Duration.days(90)
   */
  readonly rotateAfter?: Duration | undefined;

  /** @default - the account's default key for Secrets Manager */
  readonly encryptionKey?: IKey | undefined;
}

/** The part of the authorizer's configuration that says how it signs. */
export interface PrincipalTokenConfiguration {
  readonly keySecret: string;
  readonly issuer: string;
  readonly audience: string;
  readonly gatewayTtlSeconds: number;
}

const FUNCTION_TIMEOUT = Duration.seconds(30);
/** Lambda runs a function that dies three times in all, one and two minutes apart. The rest is for its last response. */
const SERVICE_TIMEOUT = Duration.minutes(5);
/** API Gateway's own limit. */
const MAXIMUM_GATEWAY_TTL = Duration.hours(1);

/**
 * The key and the JWKS of principal tokens: JWTs that tell a backend who the caller is. An authorizer with `principalToken` creates it, and
 * has it as its property `principalToken`. A backend needs `issuer`, `jwksUrl` and `audience` to verify a token.
 */
export class PrincipalToken extends Construct {
  /** The `iss` of the tokens. The JWKS is below it, at `.well-known/jwks.json`. */
  readonly issuer: string;

  /** URL of the JWKS with which a backend verifies the tokens. */
  readonly jwksUrl: string;

  /** The `aud` of the tokens. */
  readonly audience: string;

  /** The ARN of the secret with the private keys. */
  readonly secretArn: string;

  /** The Lambda function that makes the keys, and that Secrets Manager calls for each step of a rotation. */
  readonly function: IFunction;

  readonly #gatewayTtlSeconds: number;
  readonly #encryptionKey: IKey | undefined;

  /** @throws ConfigurationError `configuration_invalid` */
  constructor(scope: Construct, id: string, props: PrincipalTokenProps) {
    super(scope, id);
    const { rotateAfter = Duration.days(DEFAULTS.rotationDays), resultsCacheTtl } = props;
    const days = rotateAfter.toDays({ integral: false });
    checkProp(this, 'principalTokenRotation', days, rotationDays);
    this.audience = props.audience;
    this.#encryptionKey = props.encryptionKey;
    this.#gatewayTtlSeconds = (resultsCacheTtl.isUnresolved() ? MAXIMUM_GATEWAY_TTL : resultsCacheTtl).toSeconds();
    const table = this.#table();
    this.secretArn = this.#secret(days).attrId;
    this.function = this.#function(table);
    addSecretRotation(this, {
      secretArn: this.secretArn,
      function: this.function,
      automaticallyAfter: rotateAfter,
      after: [this.#make()],
    });
    const description = 'Serves the public keys of principal tokens as a JWKS.';
    const jwks = serveJwks(new Construct(this, 'Jwks'), { table, keyType: 'EC', description });
    this.issuer = jwks.apiUrl;
    this.jwksUrl = jwks.url;
  }

  /** What the authorizer may do: read the keys. It cannot decide before they are made, so it must depend on this construct. */
  get statements(): readonly PolicyStatement[] {
    return readOwnSecretStatements(this, this.secretArn, this.#encryptionKey);
  }

  /** What the authorizer's function must know. */
  get configuration(): PrincipalTokenConfiguration {
    const { secretArn: keySecret, issuer, audience } = this;
    return { keySecret, issuer, audience, gatewayTtlSeconds: this.#gatewayTtlSeconds };
  }

  #table(): Table {
    const table = new Table(this, 'PublicKeys', {
      partitionKey: { name: 'name', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    acknowledge(table, {
      id: 'AwsSolutions-DDB3',
      reason: 'It holds public keys only. The next deployment or rotation writes them again.',
    });
    return table;
  }

  /** CloudFormation creates the secret with a placeholder, which the function does not mistake for keys. */
  #secret(days: number): CfnSecret {
    const secret = new CfnSecret(this, 'Secret', {
      description:
        'The private keys that sign the principal for the backend: the current one and the next one, as JWKs.',
      generateSecretString: { secretStringTemplate: '{}', generateStringKey: 'placeholder' },
      ...(this.#encryptionKey && { kmsKeyId: this.#encryptionKey.keyArn }),
    });
    secret.applyRemovalPolicy(RemovalPolicy.DESTROY);
    if (days === 0) {
      acknowledge(secret, { id: 'AwsSolutions-SMG4', reason: 'The operator has turned the scheduled rotation off.' });
    }
    return secret;
  }

  #function(table: Table): IFunction {
    const configuration: Readonly<Record<keyof SigningKeyConfiguration, unknown>> = {
      signingKeySecret: this.secretArn,
      stateTable: table.tableName,
    };
    const keyActions = ['kms:Decrypt', 'kms:GenerateDataKey'];
    return new ServiceFunction(this, 'Keys', {
      folder: 'principal-key',
      description: 'Makes and rotates the keys that sign the principal for the backend.',
      timeout: FUNCTION_TIMEOUT,
      environment: { CONFIG: functionConfiguration(this, configuration, parseSigningKeyConfiguration) },
      statements: [
        rotateSecretStatement(this.secretArn),
        readState(table, ['public-keys']),
        writeState(table, ['public-keys']),
        ...(this.#encryptionKey ? [useKeyStatement(this, this.#encryptionKey, keyActions)] : []),
      ],
    }).function;
  }

  /** The first keys. */
  #make(): CustomResource {
    return new CustomResource(this, 'Made', {
      resourceType: 'Custom::PrincipalKey',
      serviceToken: this.function.functionArn,
      serviceTimeout: SERVICE_TIMEOUT,
      // The function does not read this. If the secret is replaced, CloudFormation runs the function again for the new one.
      properties: { SecretId: this.secretArn },
    });
  }
}

/**
 * Makes the signed principal of an authorizer, if its props say so.
 *
 * @throws ConfigurationError `configuration_invalid`
 */
export function principalTokenOf(
  authorizer: Construct,
  props: AuthorizerFunctionProps,
  resultsCacheTtl: Duration,
): PrincipalToken | undefined {
  const { principalToken, principalTokenAudience, principalTokenRotation: rotateAfter, audience, signingKey } = props;
  if (principalToken) {
    return new PrincipalToken(authorizer, 'PrincipalToken', {
      audience: principalTokenAudience ?? audience,
      resultsCacheTtl,
      rotateAfter,
      encryptionKey: signingKey.encryptionKey,
    });
  }
  if (principalTokenAudience === undefined && rotateAfter === undefined) return undefined;
  throw invalidProp(
    authorizer,
    'principalTokenAudience and principalTokenRotation: require principalToken. Set it to true, or leave them out.',
  );
}
