/** The props of the construct `Auth0Setup`. */
import { RemovalPolicy } from 'aws-cdk-lib';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IConstruct } from 'constructs';
import { mainAudienceFault } from '../src/config/authorizer-configuration.ts';
import { keyDelivery, keyFormat } from '../src/config/deployment-fields.ts';
import { audience, audiences } from '../src/config/fields.ts';
import type { KeyDelivery, KeyFormat } from '../src/core/key-delivery.ts';
import { checkProp, invalidProp } from './check-prop.ts';
import type { SigningKey } from './signing-key.ts';

/** How a tenant is set up. */
export interface Auth0SetupOptions {
  /**
   * The tenant's own domain as a URL with its final slash, such as `https://tenant.auth0.com/`, if the issuer is a custom domain.
   *
   * @default - the issuer
   */
  readonly tenantUrl?: string | undefined;

  /**
   * How the tenant gets the public key.
   *
   * @default 'auto'
   */
  readonly keyDelivery?: KeyDelivery | undefined;

  /**
   * The format of the public key at the tenant: a certificate or a JWK.
   *
   * @default 'certificate'
   */
  readonly keyFormat?: KeyFormat | undefined;

  /**
   * ID of the client whose grant gets the scopes for app specific passwords.
   *
   * @default - the management client
   */
  readonly grantClientId?: string | undefined;

  /**
   * ID of the client of an `AppPasswords`. Its grant gets the scopes for app specific passwords, and nothing else.
   *
   * @default - you grant the scopes
   */
  readonly appPasswordsClientId?: string | undefined;

  /**
   * Add the scope `manage:app_passwords` to the resource server, which users of an `AppPasswords` need.
   *
   * @default false
   */
  readonly offerAppPasswords?: boolean | undefined;

  /**
   * Create the resource server if the tenant has none for the audience.
   *
   * @default false
   */
  readonly createResourceServer?: boolean | undefined;

  /**
   * What happens to a resource server that this construct created when the construct is removed: `DESTROY` deletes it,
   * `RETAIN` keeps it. A resource server that existed before is never deleted.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy | undefined;

  /**
   * Overwrite a key that another deployment for the same audience may be using.
   *
   * @default false
   */
  readonly replaceKey?: boolean | undefined;

  /**
   * Any text. Another text makes the next deployment run the set-up again, which changes nothing that is already right, and
   * renews the `warnings`. Without it, CloudFormation runs the set-up only if another prop has changed.
   *
   * @default - the set-up runs only if something has changed
   */
  readonly refresh?: string | undefined;
}

/** The tenant that `Auth0Setup` changes, and how. */
export interface Auth0SetupProps extends Auth0SetupOptions {
  /** The tenant's own domain as a URL with its final slash, such as `https://tenant.auth0.com/`. */
  readonly tenantUrl: string;

  /** The resource server's identifier. */
  readonly audience: string;

  /**
   * The identifiers of more resource servers for the same API. Each gets the same public key.
   *
   * @default - only `audience`
   */
  readonly audiences?: readonly string[] | undefined;

  /** The key whose public half the tenant gets. */
  readonly signingKey: SigningKey;

  /** Secret `{"clientId","clientSecret"}` or `{"clientId","privateKey"}` of the client that may change the tenant. */
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
   * URL of the JWKS, such as the `url` of a `JwksEndpoint`. Required for the `keyDelivery` `verificationLocation`.
   *
   * @default - no JWKS is served
   */
  readonly jwksUrl?: string | undefined;

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
export function checkAuth0SetupProps(scope: IConstruct, props: Auth0SetupProps): void {
  checkProp(scope, 'audience', props.audience, audience);
  checkProp(scope, 'audiences', props.audiences ?? [], audiences);
  const fault = mainAudienceFault({ audience: props.audience, audiences: props.audiences ?? [] });
  if (fault !== undefined) throw invalidProp(scope, `audiences: ${fault}`);
  if (props.keyDelivery !== undefined) checkProp(scope, 'keyDelivery', props.keyDelivery, keyDelivery);
  if (props.keyFormat !== undefined) checkProp(scope, 'keyFormat', props.keyFormat, keyFormat);
  if (props.keyDelivery === 'verificationLocation' && props.jwksUrl === undefined) {
    throw invalidProp(
      scope,
      'jwksUrl: missing; expected the URL of the JWKS for keyDelivery "verificationLocation", such as the url of a JwksEndpoint',
    );
  }
  if (props.appPasswordsClientId !== undefined && props.appPasswordsClientId === props.grantClientId) {
    throw invalidProp(
      scope,
      'appPasswordsClientId: got the same client as in grantClientId; expected a client of its own',
    );
  }
  const { removalPolicy = RemovalPolicy.RETAIN } = props;
  if (![RemovalPolicy.DESTROY, RemovalPolicy.RETAIN].includes(removalPolicy)) {
    throw invalidProp(
      scope,
      `removalPolicy: got "${removalPolicy}"; expected RemovalPolicy.DESTROY or RemovalPolicy.RETAIN`,
    );
  }
}
