/**
 * Serves the public halves of the signing keys as a JWKS, to everyone. The function may read the item with the public keys
 * and nothing else: it has no access to the private keys.
 */
import type { Duration } from 'aws-cdk-lib';
import { EndpointType, LambdaIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Construct } from 'constructs';
import { DEFAULTS } from '../src/config/defaults.ts';
import { jwksCacheSeconds } from '../src/config/deployment-fields.ts';
import { type JwksConfiguration, parseJwksConfiguration } from '../src/config/function-configurations.ts';
import { secondsOf } from './check-prop.ts';
import { functionConfiguration } from './function-configuration.ts';
import { acknowledgeOpenMethod, acknowledgeRestApi } from './nag-reasons.ts';
import { ServiceFunction } from './service-function.ts';
import type { SigningKey } from './signing-key.ts';
import { type StageProps, stageOptions } from './stage-options.ts';
import { readState } from './state-table.ts';

/** Which keys `JwksEndpoint` serves, and how. */
export interface JwksEndpointProps extends StageProps {
  /** The key whose public halves are served. */
  readonly signingKey: SigningKey;

  /**
   * How long a response may be cached (`Cache-Control: max-age`): at most 10 minutes. Give a `KeyRotation` the same value.
   *
   * @default Duration.minutes(5)
   */
  readonly jwksMaxAge?: Duration;
}

/** A server asks once in `jwksMaxAge`. */
const THROTTLE = { rate: DEFAULTS.jwksThrottleRate, burst: DEFAULTS.jwksThrottleBurst };
const PATH = '/.well-known/jwks.json';

/**
 * Serves the public signing keys as a JWKS.
 *
 * @example
 * const jwks = new JwksEndpoint(this, 'Jwks', { signingKey, jwksMaxAge: Duration.minutes(1) });
 * const setup = new Auth0Setup(this, 'Auth0Setup', {
 *   tenantUrl,
 *   audience,
 *   signingKey,
 *   managementSecret,
 *   keyDelivery: 'verificationLocation',
 *   jwksUrl: jwks.url,
 * });
 */
export class JwksEndpoint extends Construct {
  /** URL of the JWKS. */
  readonly url: string;

  /** @throws ConfigurationError `configuration_invalid` */
  constructor(scope: Construct, id: string, props: JwksEndpointProps) {
    super(scope, id);
    const api = new RestApi(this, 'Api', {
      restApiName: this.node.path,
      endpointTypes: [EndpointType.REGIONAL],
      cloudWatchRole: false,
      deployOptions: stageOptions(this, props, THROTTLE),
    });
    // The stack has an output for the URL, whose name does not change.
    api.node.tryRemoveChild('Endpoint');
    acknowledgeRestApi(api);
    const integration = new LambdaIntegration(this.#function(props).function, { scopePermissionToMethod: false });
    const resource = api.root.resourceForPath(PATH);
    for (const name of ['GET', 'HEAD']) {
      acknowledgeOpenMethod(resource.addMethod(name, integration), 'Public keys are for everyone, and only read.');
    }
    this.url = api.urlForPath(PATH);
  }

  #function({ signingKey: { stateTable }, jwksMaxAge }: JwksEndpointProps): ServiceFunction {
    const configuration: Readonly<Record<keyof JwksConfiguration, unknown>> = {
      stateTable: stateTable.tableName,
      jwksCacheSeconds: secondsOf(this, 'jwksMaxAge', jwksMaxAge, jwksCacheSeconds) ?? DEFAULTS.jwksCacheSeconds,
    };
    return new ServiceFunction(this, 'Serve', {
      folder: 'jwks',
      description: 'Serves the public signing keys as a JWKS.',
      environment: { CONFIG: functionConfiguration(this, configuration, parseJwksConfiguration) },
      statements: [readState(stateTable, ['public-keys'])],
    });
  }
}
