/**
 * Makes a tenant know the public signing key and lets a client manage app specific passwords, as custom resources: deleted,
 * they restore what the tenant held before. The function's configuration names secrets and holds none.
 */
import { createHash } from 'node:crypto';
import { CustomResource, Duration, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { readSecretStatements } from './secret-statements.ts';
import { ServiceFunction } from './service-function.ts';
import type { SigningKey } from './signing-key.ts';
import {
  acknowledgeOtherDeployments,
  readOtherDeployments,
  readState,
  type StateItem,
  writeState,
} from './state-table.ts';

/** By value in one slot, by value in a list, by the URL of a JWKS, or at the identifier's own origin. */
export type KeyDelivery = 'verificationKey' | 'verificationKeys' | 'verificationLocation' | 'wellKnown';

export interface Auth0SetupProps {
  /** The tenant's own domain as a URL with its final slash, such as `https://tenant.auth0.com/`. */
  readonly tenantUrl: string;
  /** The resource server's identifier. */
  readonly audience: string;
  readonly signingKey: SigningKey;
  /** Name or ARN of the secret `{"clientId","clientSecret"}` of the client that may change the tenant. */
  readonly managementSecret: string;
  /**
   * Name or ARN of the secret with the client that logs users in, looked at for warnings only.
   *
   * @default no such client
   */
  readonly passwordGrantSecret?: string | undefined;
  /**
   * The issuer, if it is a custom domain. Its introspection endpoint is checked, for warnings only.
   *
   * @default tenantUrl
   */
  readonly issuer?: string | undefined;
  /** Overwrite a key of this software that another deployment for the same audience may be using. @default false */
  readonly replaceKey?: boolean;
  /** How the tenant is told the public key. @default 'verificationKey' */
  readonly keyDelivery?: KeyDelivery;
  /** Where the JWKS is served; needed for `verificationLocation`, and no harm otherwise. @default nowhere */
  readonly jwksUrl?: string;
  /** What the key is wrapped in. @default 'certificate' */
  readonly keyFormat?: 'certificate' | 'jwk';
  /** Whose grant gets the scopes for app specific passwords. @default the management client's */
  readonly grantClientId?: string | undefined;
  /** Make the resource server if the tenant has none. @default false */
  readonly createResourceServer?: boolean;
  /** Delete, with the stack, the resource server that was made. @default false */
  readonly removeCreated?: boolean;
  /** The scopes of a resource server that is made. @default none */
  readonly scopes?: readonly string[];
}

/** What the operations on a tenant need when it limits them. */
const FUNCTION_TIMEOUT = Duration.minutes(2);
/** Lambda tries a function that died three times in all, one and two minutes apart; then its last word is waited for. */
const SERVICE_TIMEOUT = Duration.minutes(10);
/** The items of the state table that the set-up writes. */
const RECORDS: readonly StateItem[] = ['resource-servers', 'client-grants'];

export class Auth0Setup extends Construct {
  /** What would hurt later, such as a grant type that is not enabled; "none" if there is nothing. */
  readonly warnings: string;

  constructor(scope: Construct, id: string, props: Auth0SetupProps) {
    super(scope, id);
    // Another tenant or management secret makes another half: the old one is deleted last, by its own function, which knows the
    // old tenant and has the right to the old secret.
    const half = new Construct(this, `By${this.#shortHash([props.tenantUrl, props.managementSecret])}`);
    const { functionArn } = this.#function(half, props).function;
    const resourceServer = customResource(half, 'ResourceServer', functionArn, resourceServerProperties(props));
    const clientGrant = customResource(half, 'ClientGrant', functionArn, clientGrantProperties(props));
    resourceServer.node.addDependency(props.signingKey);
    // One after the other, since a tenant limits the rate of changes.
    clientGrant.node.addDependency(resourceServer);
    const warnings = [resourceServer, clientGrant].map((resource) => resource.getAttString('Warnings'));
    this.warnings = `Resource server: ${warnings[0]}. Client grant: ${warnings[1]}.`;
  }

  #shortHash(parts: readonly string[]): string {
    const resolved = JSON.stringify(Stack.of(this).resolve(parts));
    return createHash('sha256').update(resolved).digest('hex').slice(0, 8);
  }

  #function(half: Construct, props: Auth0SetupProps): ServiceFunction {
    const { signingKey, tenantUrl, managementSecret, passwordGrantSecret } = props;
    const { stateTable } = signingKey;
    const issuer = props.issuer ?? tenantUrl;
    const configuration = {
      tenantUrl,
      issuer,
      managementSecret,
      passwordGrantSecret,
      stateTable: stateTable.tableName,
    };
    const secrets = passwordGrantSecret === undefined ? [managementSecret] : [managementSecret, passwordGrantSecret];
    const setUp = new ServiceFunction(half, 'SetUp', {
      folder: 'auth0-setup',
      description: 'Sets up the resource server and the client grant in the Auth0 tenant, and puts them back.',
      timeout: FUNCTION_TIMEOUT,
      // The tenant and the secrets are set here, not in the events: whoever may call the function cannot name others.
      environment: { CONFIG: JSON.stringify(configuration) },
      statements: [
        ...secrets.flatMap((secret) => readSecretStatements(this, secret, signingKey.encryptionKey)),
        readState(stateTable, ['public-keys', ...RECORDS]),
        writeState(stateTable, RECORDS),
        ...readOtherDeployments(this),
      ],
    });
    acknowledgeOtherDeployments(setUp);
    return setUp;
  }
}

function resourceServerProperties(props: Auth0SetupProps) {
  return {
    Audience: props.audience,
    KeyDelivery: props.keyDelivery ?? 'verificationKey',
    KeyFormat: props.keyFormat ?? 'certificate',
    CreateResourceServer: String(props.createResourceServer ?? false),
    RemoveCreated: String(props.removeCreated ?? false),
    ReplaceKey: String(props.replaceKey ?? false),
    // The function does not read this: a change makes CloudFormation run the checks again.
    ...(props.issuer !== undefined && { Issuer: props.issuer }),
    ...(props.jwksUrl !== undefined && { JwksUrl: props.jwksUrl }),
    ...(props.scopes && props.scopes.length > 0 && { Scopes: [...props.scopes] }),
  };
}

function clientGrantProperties(props: Auth0SetupProps) {
  return {
    ...(props.grantClientId !== undefined && { GrantClientId: props.grantClientId }),
    // The same, for another client that logs users in.
    ...(props.passwordGrantSecret !== undefined && { PasswordGrantSecretId: props.passwordGrantSecret }),
  };
}

function customResource(
  scope: Construct,
  kind: 'ResourceServer' | 'ClientGrant',
  serviceToken: string,
  properties: Readonly<Record<string, unknown>>,
): CustomResource {
  return new CustomResource(scope, kind, {
    resourceType: `Custom::Auth0${kind}`,
    serviceToken,
    serviceTimeout: SERVICE_TIMEOUT,
    properties: { ...properties },
  });
}
