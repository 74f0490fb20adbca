/**
 * An API that serves public keys as a JWKS, to everyone. The function may read the item with the public keys and nothing else: it has
 * no access to the private keys.
 */
import type { Duration } from 'aws-cdk-lib';
import { EndpointType, LambdaIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { DEFAULTS } from '../src/config/defaults.ts';
import { jwksCacheSeconds } from '../src/config/deployment-fields.ts';
import { type JwksConfiguration, parseJwksConfiguration } from '../src/config/function-configurations.ts';
import { secondsOf } from './check-prop.ts';
import { functionConfiguration } from './function-configuration.ts';
import { acknowledgeOpenMethod, acknowledgeRestApi } from './nag-reasons.ts';
import { ServiceFunction } from './service-function.ts';
import { type StageProps, stageOptions } from './stage-options.ts';
import { readState } from './state-table.ts';

export interface ServeJwksProps extends StageProps {
  /** The table with the item `public-keys`. */
  readonly table: Table;

  /**
   * EC for the keys of principal tokens.
   *
   * @default - RSA, for the keys of the resource server
   */
  readonly keyType?: JwksConfiguration['keyType'];

  /** What the function does, shown in the console. */
  readonly description: string;

  /** @default Duration.minutes(5) */
  readonly jwksMaxAge?: Duration | undefined;
}

/** A server asks once in `jwksMaxAge`. */
const THROTTLE = { rate: DEFAULTS.jwksThrottleRate, burst: DEFAULTS.jwksThrottleBurst };
const PATH = '/.well-known/jwks.json';

/** What `serveJwks` has made. */
export interface ServedJwks {
  /** URL of the JWKS. */
  readonly url: string;
  /** URL of the API, with its final slash. */
  readonly apiUrl: string;
}

/**
 * Adds the API and its function to a construct.
 *
 * @throws ConfigurationError `configuration_invalid`
 */
export function serveJwks(scope: Construct, props: ServeJwksProps): ServedJwks {
  const api = new RestApi(scope, 'Api', {
    restApiName: scope.node.path,
    endpointTypes: [EndpointType.REGIONAL],
    cloudWatchRole: false,
    deployOptions: stageOptions(scope, props, THROTTLE),
  });
  // The stack has an output for the URL, whose name does not change.
  api.node.tryRemoveChild('Endpoint');
  acknowledgeRestApi(api);
  const integration = new LambdaIntegration(serveFunction(scope, props).function, { scopePermissionToMethod: false });
  const resource = api.root.resourceForPath(PATH);
  for (const name of ['GET', 'HEAD']) {
    acknowledgeOpenMethod(resource.addMethod(name, integration), 'Public keys are for everyone, and only read.');
  }
  return { url: api.urlForPath(PATH), apiUrl: api.url };
}

function serveFunction(scope: Construct, { table, keyType, description, jwksMaxAge }: ServeJwksProps): ServiceFunction {
  const configuration: Readonly<Record<keyof JwksConfiguration, unknown>> = {
    stateTable: table.tableName,
    keyType,
    jwksCacheSeconds: secondsOf(scope, 'jwksMaxAge', jwksMaxAge, jwksCacheSeconds) ?? DEFAULTS.jwksCacheSeconds,
  };
  return new ServiceFunction(scope, 'Serve', {
    folder: 'jwks',
    description,
    environment: { CONFIG: functionConfiguration(scope, configuration, parseJwksConfiguration) },
    statements: [readState(table, ['public-keys'])],
  });
}
