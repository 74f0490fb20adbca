/** The Lambda function of an authorizer, and the alias that its APIs call if there is one. */
import { Lazy, RemovalPolicy } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Alias, type IVersion, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { provisionedConcurrency as provisionedConcurrencySchema } from '../src/config/deployment-fields.ts';
import type { AuthorizerFunctionProps } from './authorizer-function-props.ts';
import { checkProp } from './check-prop.ts';
import { readOwnSecretStatements, readSecretStatements } from './secret-statements.ts';
import { ServiceFunction } from './service-function.ts';

/** Reads the secrets during the initialization and waits for them, because no caller is waiting then. */
const PROVISIONED_HANDLER = 'provisioned.handler';
/** Only an alias can have provisioned concurrency. */
const DEFAULT_ALIAS = 'live';

/**
 * Creates the function.
 *
 * @param config produces its configuration at the end of synthesis
 * @param statements its rights besides reading the secrets of the props
 */
export function decidingFunction(
  scope: Construct,
  props: AuthorizerFunctionProps,
  config: () => string,
  statements: readonly PolicyStatement[],
): ServiceFunction {
  const { signingKey, passwordGrantSecret, originSecret, authorizationServer, issuers = [] } = props;
  const { secretArn, encryptionKey } = signingKey;
  const clientSecrets = [authorizationServer, ...issuers].map((server) => server?.clientSecret);
  const otherSecrets = [passwordGrantSecret, originSecret, ...clientSecrets];
  return new ServiceFunction(scope, 'Decide', {
    folder: 'authorizer',
    description: 'Decides who the caller is and what the caller may do.',
    handler: (props.provisionedConcurrency ?? 0) > 0 ? PROVISIONED_HANDLER : undefined,
    memorySize: props.memorySize,
    architecture: props.architecture,
    environment: { CONFIG: Lazy.string({ produce: config }) },
    statements: [
      ...readOwnSecretStatements(scope, secretArn, encryptionKey),
      ...statements,
      ...otherSecrets.flatMap((secret) => (secret ? readSecretStatements(scope, secret, encryptionKey) : [])),
    ],
  });
}

/** Creates the alias, if the props ask for one. */
export function decidingAlias(
  scope: Construct,
  { provisionedConcurrency = 0, ...props }: AuthorizerFunctionProps,
  decide: LambdaFunction,
): Alias | undefined {
  checkProp(scope, 'provisionedConcurrency', provisionedConcurrency, provisionedConcurrencySchema);
  const { aliasName = provisionedConcurrency > 0 ? DEFAULT_ALIAS : undefined } = props;
  if (aliasName === undefined) return undefined;
  const version = decide.currentVersion as IVersion;
  version.applyRemovalPolicy(RemovalPolicy.RETAIN);
  return new Alias(scope, 'Alias', {
    aliasName,
    version,
    ...(provisionedConcurrency > 0 && { provisionedConcurrentExecutions: provisionedConcurrency }),
  });
}
