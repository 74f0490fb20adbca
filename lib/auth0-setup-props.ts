/** The props of the construct `Auth0Setup`. */
import { RemovalPolicy } from 'aws-cdk-lib';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { keyDelivery, keyFormat } from '../src/config/deployment-fields.ts';
import { audience } from '../src/config/fields.ts';
import { ConfigurationError } from '../src/core/errors.ts';
import type { KeyDelivery, KeyFormat } from '../src/core/key-delivery.ts';
import { checkProp } from './check-prop.ts';
import type { SigningKey } from './signing-key.ts';

export interface Auth0SetupProps {
  /** The tenant's own domain as a URL with its final slash, such as `https://tenant.auth0.com/`. */
  readonly tenantUrl: string;

  /** The resource server's identifier. */
  readonly audience: string;

  /** The key whose public half the tenant gets. */
  readonly signingKey: SigningKey;

  /** Secret `{"clientId","clientSecret"}` of the client that may change the tenant. */
  readonly managementSecret: ISecret;

  /**
   * Secret of the client that logs users in. It is read for warnings only.
   *
   * @default - no such client
   */
  readonly passwordGrantSecret?: ISecret | undefined;

  /**
   * The issuer of the tokens, if it is a custom domain. Its introspection endpoint is checked, for warnings only.
   *
   * @default - tenantUrl
   */
  readonly issuer?: string | undefined;

  /**
   * Overwrite a key that another deployment for the same audience may be using.
   *
   * @default false
   */
  readonly replaceKey?: boolean;

  /**
   * How the tenant gets the public key.
   *
   * @default 'auto'
   */
  readonly keyDelivery?: KeyDelivery;

  /**
   * URL of the JWKS, such as the `url` of a `JwksEndpoint`. Required for the `keyDelivery` `verificationLocation`.
   *
   * @default - no JWKS is served
   */
  readonly jwksUrl?: string | undefined;

  /**
   * The format of the public key at the tenant: a certificate or a JWK.
   *
   * @default 'certificate'
   */
  readonly keyFormat?: KeyFormat;

  /**
   * ID of the client whose grant gets the scopes for app specific passwords.
   *
   * @default - the management client
   */
  readonly grantClientId?: string | undefined;

  /**
   * Create the resource server if the tenant has none for the audience.
   *
   * @default false
   */
  readonly createResourceServer?: boolean;

  /**
   * Any text. Another text makes the next deployment run the set-up again, which changes nothing that is already right, and
   * renews the `warnings`. Without it, CloudFormation runs the set-up only if another prop has changed.
   *
   * @default - the set-up runs only if something has changed
   */
  readonly refresh?: string | undefined;

  /**
   * What happens to a resource server that this construct created when the construct is removed: `DESTROY` deletes it,
   * `RETAIN` keeps it. A resource server that existed before is never deleted.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Scopes of a resource server that this construct creates.
   *
   * @default - no scopes
   */
  readonly scopes?: readonly string[];
}

/**
 * Checks the props that are not part of the function's configuration.
 *
 * @throws ConfigurationError `configuration_invalid`
 */
export function checkAuth0SetupProps(props: Auth0SetupProps): void {
  checkProp('audience', props.audience, audience);
  if (props.keyDelivery !== undefined) checkProp('keyDelivery', props.keyDelivery, keyDelivery);
  if (props.keyFormat !== undefined) checkProp('keyFormat', props.keyFormat, keyFormat);
  if (props.keyDelivery === 'verificationLocation' && props.jwksUrl === undefined) {
    throw new ConfigurationError(
      'configuration_invalid',
      'jwksUrl: missing; expected the URL of the JWKS for keyDelivery "verificationLocation", such as the url of a JwksEndpoint',
    );
  }
  const { removalPolicy = RemovalPolicy.RETAIN } = props;
  if (![RemovalPolicy.DESTROY, RemovalPolicy.RETAIN].includes(removalPolicy)) {
    throw new ConfigurationError(
      'configuration_invalid',
      `removalPolicy: got "${removalPolicy}"; expected RemovalPolicy.DESTROY or RemovalPolicy.RETAIN`,
    );
  }
}
