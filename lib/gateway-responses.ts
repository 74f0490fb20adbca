/** The responses of the gateway itself to requests that do not reach the backend: 401, 403, 404, 5xx, with CORS headers. */
import type { RestApiBase } from 'aws-cdk-lib/aws-apigateway';
import { Construct } from 'constructs';
import { corsAllowOrigins } from '../src/config/gateway-fields.ts';
import type { BindingMode } from '../src/core/principal.ts';
import { addGatewayResponses } from './add-gateway-responses.ts';
import { checkProp } from './check-prop.ts';
import { errorCorsHeaders } from './cors.ts';

/** What the responses of an API contain. */
export interface GatewayResponsesOptions {
  /**
   * Offer Basic beside Bearer in a 401. Browsers then ask their user for a password. With `basicTokenUsers`, use `first`: Git sends a
   * token only if Basic is offered, and Docker only if Basic is the first challenge.
   *
   * @default false - `addGatewayResponses` of an `Auth0Authorizer` with `basicTokenUsers`: 'first'
   */
  readonly basicChallenge?: boolean | 'first' | undefined;

  /**
   * Offer DPoP beside Bearer in a 401; `required`: instead of Bearer. The same value as for the authorizer.
   *
   * @see RFC 9449 section 7.1
   * @default 'off' - `addGatewayResponses` of an `Auth0Authorizer`: the authorizer's own value
   */
  readonly dpop?: BindingMode | undefined;

  /**
   * The origin whose pages may read the responses. A gateway response cannot choose between several; with more than one, every
   * origin may read it.
   *
   * @default ['*']
   */
  readonly allowOrigins?: readonly string[];
}

/** The API whose responses `GatewayResponses` sets, and what they contain. */
export interface GatewayResponsesProps extends GatewayResponsesOptions {
  /** The API whose responses are set. */
  readonly restApi: RestApiBase;

  /** The resource server's identifier, which is the realm of a challenge. */
  readonly audience: string;

  /**
   * The URL of the metadata by which clients find the issuer, such as the `url` of a `ResourceMetadata`. The challenge of a 401 names it.
   *
   * @see RFC 9728 section 5.1
   * @default - the challenge names none
   */
  readonly resourceMetadataUrl?: string | undefined;
}

/**
 * Sends the 401, 403, 404 and 503 of a REST API as problem documents, with challenges and `Retry-After`.
 *
 * @example
 * new GatewayResponses(this, 'Responses', { restApi, audience: authorizer.audience });
 */
export class GatewayResponses extends Construct {
  /** @throws ConfigurationError `configuration_invalid` */
  constructor(scope: Construct, id: string, props: GatewayResponsesProps) {
    super(scope, id);
    if (props.allowOrigins) checkProp(this, 'allowOrigins', props.allowOrigins, corsAllowOrigins);
    addGatewayResponses(this, { ...props, headers: errorCorsHeaders(props) });
  }
}
