/** Serves the public halves of the signing keys as a JWKS, to everyone. */
import type { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { serveJwks } from './serve-jwks.ts';
import type { SigningKey } from './signing-key.ts';
import type { StageProps } from './stage-options.ts';

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
  constructor(scope: Construct, id: string, { signingKey, ...props }: JwksEndpointProps) {
    super(scope, id);
    const description = 'Serves the public signing keys as a JWKS.';
    this.url = serveJwks(this, { ...props, table: signingKey.stateTable, description }).url;
  }
}
