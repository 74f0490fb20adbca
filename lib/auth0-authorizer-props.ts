/** The props of the construct `Auth0Authorizer`. */
import type { Duration } from 'aws-cdk-lib';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Auth0SetupOptions } from './auth0-setup-props.ts';
import type { AuthorizerOptions } from './authorizer-function-props.ts';

/** The tenant of an `Auth0Authorizer`, and how it is set up and watched. */
export interface Auth0AuthorizerProps extends AuthorizerOptions {
  /**
   * Secret `{"clientId","clientSecret"}` or `{"clientId","privateKey"}` of the client that may change the tenant. With it, the
   * deployment gives the tenant the public key, and rotations are possible.
   *
   * @default - the tenant is not set up, and the key is not rotated: for an issuer that is not Auth0, or that you set up yourself
   */
  readonly managementSecret?: ISecret | undefined;

  /**
   * How the tenant is set up. Requires `managementSecret`.
   *
   * @default - the tenant of `issuer` gets the key, and its resource server must exist
   */
  readonly setup?: Auth0SetupOptions | undefined;

  /**
   * How often the key is rotated, in whole days: at most 1000. `Duration.days(0)` turns the schedule off.
   *
   * @default Duration.days(90)
   */
  readonly rotateAfter?: Duration | undefined;

  /**
   * Serve the public keys as a JWKS.
   *
   * @default - only if `setup.keyDelivery` is by URL, `verificationLocation` or `wellKnown`
   */
  readonly serveJwks?: boolean | undefined;

  /**
   * How long a server may cache the JWKS: at most 10 minutes.
   *
   * @default Duration.minutes(5)
   */
  readonly jwksMaxAge?: Duration | undefined;

  /**
   * Encrypts the secret with the private key.
   *
   * @default - the account's default key for Secrets Manager
   */
  readonly encryptionKey?: IKey | undefined;

  /**
   * Actions for when an alarm goes off, such as an `SnsAction`.
   *
   * @default - only the alarm's state changes
   */
  readonly alarmActions?: readonly IAlarmAction[] | undefined;
}
