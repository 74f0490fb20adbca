/**
 * Serves the public halves of the signing keys as a JWKS, to everyone. The function may read the item with the public keys and
 * nothing else: it has no right to the private ones.
 */
import { EndpointType, LambdaIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Construct } from 'constructs';
import { acknowledgeOpenMethod, acknowledgeRestApi } from './nag-reasons.ts';
import { ServiceFunction } from './service-function.ts';
import type { SigningKey } from './signing-key.ts';
import { readState } from './state-table.ts';

export interface JwksEndpointProps {
  readonly signingKey: SigningKey;
  /** How long an answer may be kept, in seconds, from 0 to 600. @default 300 */
  readonly jwksCacheSeconds?: number;
}

/** For all callers together. A server asks once in `jwksCacheSeconds`; what is above this is answered 429. */
const THROTTLING = { throttlingRateLimit: 50, throttlingBurstLimit: 100 };
const DEFAULT_CACHE_SECONDS = 300;
const PATH = '/.well-known/jwks.json';

export class JwksEndpoint extends Construct {
  /** Where the JWKS is. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: JwksEndpointProps) {
    super(scope, id);
    const api = new RestApi(this, 'Api', {
      restApiName: this.node.path,
      endpointTypes: [EndpointType.REGIONAL],
      cloudWatchRole: false,
      deployOptions: THROTTLING,
    });
    // The stack says the URL itself, under a name that lasts.
    api.node.tryRemoveChild('Endpoint');
    acknowledgeRestApi(api);
    const integration = new LambdaIntegration(this.#function(props).function, { scopePermissionToMethod: false });
    const resource = api.root.resourceForPath(PATH);
    for (const name of ['GET', 'HEAD']) {
      acknowledgeOpenMethod(resource.addMethod(name, integration), 'Public keys are for everyone, and only read.');
    }
    this.url = api.urlForPath(PATH);
  }

  #function({ signingKey: { stateTable }, jwksCacheSeconds = DEFAULT_CACHE_SECONDS }: JwksEndpointProps) {
    return new ServiceFunction(this, 'Serve', {
      folder: 'jwks',
      description: 'Serves the public signing keys as a JWKS.',
      environment: { CONFIG: JSON.stringify({ stateTable: stateTable.tableName, jwksCacheSeconds }) },
      statements: [readState(stateTable, ['public-keys'])],
    });
  }
}
