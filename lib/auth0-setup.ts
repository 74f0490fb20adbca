/**
 * Gives a tenant the public signing key and lets a client manage app specific passwords, with custom resources that restore
 * the tenant when they are deleted. The function's configuration contains the names of secrets, not their values.
 */
import { createHash } from 'node:crypto';
import { CustomResource, Duration, Stack } from 'aws-cdk-lib';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { DEFAULTS } from '../src/config/defaults.ts';
import { parseSetupConfiguration, type SetupConfiguration } from '../src/config/function-configurations.ts';
import type { KeyDelivery, KeyFormat } from '../src/core/key-delivery.ts';
import type { StateName } from '../src/core/state-store.ts';
import { type Auth0SetupProps, checkAuth0SetupProps } from './auth0-setup-props.ts';
import {
  additionalResourceServerProperties,
  appPasswordsGrantProperties,
  clientGrantProperties,
  offeredScopeProperties,
  resourceServerProperties,
} from './auth0-setup-resources.ts';
import { functionConfiguration } from './function-configuration.ts';
import { secretIdOf } from './secret-id.ts';
import { readOwnSecretStatements, readSecretStatements } from './secret-statements.ts';
import { ServiceFunction } from './service-function.ts';
import type { SigningKey } from './signing-key.ts';
import { acknowledgeOtherDeployments, readOtherDeployments, readState, writeState } from './state-table.ts';

/** Limits the function; its operations on a tenant take less. */
const FUNCTION_TIMEOUT = Duration.minutes(2);
/** Lambda runs a function that dies three times in all, one and two minutes apart. The rest is for its last response. */
const SERVICE_TIMEOUT = Duration.minutes(10);
/** The kinds of resources. The id of each resource begins with its kind. */
const KINDS = ['ResourceServer', 'ClientGrant', 'OfferedScope'];
/** The items of the state table that the set-up writes. */
const RECORDS: readonly StateName[] = ['resource-servers', 'client-grants'];

/**
 * Sets up the resource server and the client grant in an Auth0 tenant, and restores both when it is deleted.
 *
 * @example
 * const setup = new Auth0Setup(this, 'Auth0Setup', {
 *   tenantUrl: 'https://tenant.auth0.com/',
 *   audience: 'https://my.api',
 *   signingKey,
 *   managementSecret: Secret.fromSecretNameV2(this, 'Management', 'auth0/management'),
 *   createResourceServer: true,
 *   removalPolicy: RemovalPolicy.DESTROY,
 * });
 * authorizer.node.addDependency(setup);
 */
export class Auth0Setup extends Construct {
  /** What to fix in the tenant, such as a grant type that is not enabled. Says "none" for each resource without warnings. */
  readonly warnings: string;

  /** The tenant's own domain as a URL. */
  readonly tenantUrl: string;

  /** The issuer of the tokens. */
  readonly issuer: string;

  /** The resource server's identifier. */
  readonly audience: string;

  /** The identifiers of the other resource servers of the same API. */
  readonly audiences: readonly string[];

  /** The key whose public half the tenant gets. */
  readonly signingKey: SigningKey;

  /** The secret of the client that changes the tenant. */
  readonly managementSecret: ISecret;

  /** How the tenant gets the public key. */
  readonly keyDelivery: KeyDelivery;

  /** The format of the public key at the tenant. */
  readonly keyFormat: KeyFormat;

  /** URL of the JWKS, if it is served. */
  readonly jwksUrl: string | undefined;

  /** @throws ConfigurationError `configuration_invalid` */
  constructor(scope: Construct, id: string, props: Auth0SetupProps) {
    super(scope, id);
    checkAuth0SetupProps(this, props);
    this.tenantUrl = props.tenantUrl;
    this.issuer = props.issuer ?? props.tenantUrl;
    this.audience = props.audience;
    this.audiences = props.audiences ?? [];
    this.signingKey = props.signingKey;
    this.managementSecret = props.managementSecret;
    this.keyDelivery = props.keyDelivery ?? DEFAULTS.keyDelivery;
    this.keyFormat = props.keyFormat ?? DEFAULTS.keyFormat;
    this.jwksUrl = props.jwksUrl;
    this.warnings = this.#customResources(props);
  }

  /** Creates the resources and returns their warnings. */
  #customResources(props: Auth0SetupProps): string {
    // The id of `half` follows from the tenant and the management secret. If one changes, both resources and their function are
    // replaced. The old ones are deleted last, by their own function, which knows the old tenant and may read the old secret.
    const half = new Construct(this, `By${this.#shortHash([this.tenantUrl, secretIdOf(this.managementSecret)])}`);
    const { functionArn } = this.#function(half, props.passwordGrantSecret).function;
    const resourceServer = customResource(half, 'ResourceServer', functionArn, resourceServerProperties(props));
    resourceServer.node.addDependency(this.signingKey);
    const additional = this.audiences.map((audience) => {
      const properties = additionalResourceServerProperties(props, audience);
      const id = `ResourceServer${this.#shortHash([audience])}`;
      return [`Resource server ${audience}`, customResource(half, id, functionArn, properties)] as const;
    });
    const all = [
      ['Resource server', resourceServer] as const,
      ...additional,
      ['Client grant', customResource(half, 'ClientGrant', functionArn, clientGrantProperties(props))] as const,
      ...appPasswordsResources(half, functionArn, props),
    ];
    // One after the other, because a tenant limits the rate of changes.
    inOrder(all.map(([, resource]) => resource));
    return all.map(([name, resource]) => `${name}: ${resource.getAttString('Warnings')}.`).join(' ');
  }

  #shortHash(parts: readonly string[]): string {
    const resolved = JSON.stringify(Stack.of(this).resolve(parts));
    return createHash('sha256').update(resolved).digest('hex').slice(0, 8);
  }

  #function(half: Construct, passwordGrantSecret: ISecret | undefined): ServiceFunction {
    const { secretArn, stateTable, encryptionKey } = this.signingKey;
    const secrets = passwordGrantSecret ? [this.managementSecret, passwordGrantSecret] : [this.managementSecret];
    // The tenant and the secrets are set here and not by the events, so whoever may call the function cannot name others.
    const configuration: Readonly<Record<keyof SetupConfiguration, unknown>> = {
      tenantUrl: this.tenantUrl,
      issuer: this.issuer,
      managementSecret: secretIdOf(this.managementSecret),
      passwordGrantSecret: passwordGrantSecret && secretIdOf(passwordGrantSecret),
      stateTable: stateTable.tableName,
      signingKeySecret: secretArn,
    };
    const setUp = new ServiceFunction(half, 'SetUp', {
      folder: 'auth0-setup',
      description: 'Sets up the resource server and the client grant in the Auth0 tenant, and restores them.',
      timeout: FUNCTION_TIMEOUT,
      environment: { CONFIG: functionConfiguration(this, configuration, parseSetupConfiguration) },
      statements: [
        ...secrets.flatMap((secret) => readSecretStatements(this, secret, encryptionKey)),
        // To prove the key at a tenant that does not show it.
        ...readOwnSecretStatements(this, secretArn, encryptionKey),
        readState(stateTable, ['public-keys', ...RECORDS]),
        writeState(stateTable, RECORDS),
        ...readOtherDeployments(this),
      ],
    });
    acknowledgeOtherDeployments(setUp);
    return setUp;
  }
}

/** What the users of an `AppPasswords` need at the tenant. */
function appPasswordsResources(half: Construct, serviceToken: string, props: Auth0SetupProps) {
  const { appPasswordsClientId: clientId, offerAppPasswords = false } = props;
  const grant = (id: string) =>
    customResource(half, 'ClientGrantOfAppPasswords', serviceToken, appPasswordsGrantProperties(id, props));
  const scope = () => customResource(half, 'OfferedScope', serviceToken, offeredScopeProperties(props));
  return [
    ...(clientId === undefined ? [] : [['Client grant of app passwords', grant(clientId)] as const]),
    ...(offerAppPasswords ? [['Scope', scope()] as const] : []),
  ];
}

function inOrder(resources: readonly CustomResource[]): void {
  for (const [index, resource] of resources.slice(1).entries()) {
    const before = resources[index];
    if (before) resource.node.addDependency(before);
  }
}

function customResource(
  scope: Construct,
  id: string,
  serviceToken: string,
  properties: Readonly<Record<string, unknown>>,
): CustomResource {
  return new CustomResource(scope, id, {
    resourceType: `Custom::Auth0${KINDS.find((kind) => id.startsWith(kind))}`,
    serviceToken,
    serviceTimeout: SERVICE_TIMEOUT,
    properties: { ...properties },
  });
}
