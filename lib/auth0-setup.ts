/**
 * Makes a tenant know the public signing key and lets a client manage app specific passwords, as custom resources: deleted,
 * they put back what the tenant held before. Properties name secrets and hold none.
 */
import { createHash } from 'node:crypto';
import { CustomResource, Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { type RuntimeParameter, runtimeParameter } from './runtime-parameter.ts';
import { readSecretStatements } from './secret-statements.ts';
import { ServiceFunction } from './service-function.ts';
import type { SigningKey } from './signing-key.ts';

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

type Records = Readonly<Record<'resourceServers' | 'clientGrants', RuntimeParameter>>;

export class Auth0Setup extends Construct {
  /** What would hurt later, such as a grant type that is not enabled; "none" if there is nothing. */
  readonly warnings: string;
  /** What resource servers held before, for those who change the key later. */
  readonly resourceServerRecords: RuntimeParameter;

  constructor(scope: Construct, id: string, props: Auth0SetupProps) {
    super(scope, id);
    // Outside of the halves, since each must find what the other has written down.
    const records: Records = {
      resourceServers: runtimeParameter(this, 'ResourceServerRecords'),
      clientGrants: runtimeParameter(this, 'ClientGrantRecords'),
    };
    this.resourceServerRecords = records.resourceServers;
    // Another management secret makes another half: the old one is deleted last, by its own function with its own rights.
    const half = new Construct(this, `By${this.#shortHash(props.managementSecret)}`);
    const { functionArn } = this.#function(half, props, records).function;
    const resourceServer = customResource(half, 'ResourceServer', functionArn, {
      ...resourceServerProperties(props),
      RecordParameter: records.resourceServers.parameterName,
    });
    const clientGrant = customResource(half, 'ClientGrant', functionArn, {
      ...clientGrantProperties(props),
      RecordParameter: records.clientGrants.parameterName,
    });
    resourceServer.node.addDependency(props.signingKey);
    // One after the other, since a tenant limits the rate of changes.
    clientGrant.node.addDependency(resourceServer);
    const warnings = [resourceServer, clientGrant].map((resource) => resource.getAttString('Warnings'));
    this.warnings = `Resource server: ${warnings[0]}. Client grant: ${warnings[1]}.`;
  }

  #shortHash(secretId: string): string {
    const resolved = JSON.stringify(Stack.of(this).resolve(secretId));
    return createHash('sha256').update(resolved).digest('hex').slice(0, 8);
  }

  #function(half: Construct, props: Auth0SetupProps, records: Records): ServiceFunction {
    const { signingKey, managementSecret, passwordGrantSecret } = props;
    const secrets = passwordGrantSecret === undefined ? [managementSecret] : [managementSecret, passwordGrantSecret];
    return new ServiceFunction(half, 'SetUp', {
      folder: 'auth0-setup',
      description: 'Sets up the resource server and the client grant in the Auth0 tenant, and puts them back.',
      timeout: FUNCTION_TIMEOUT,
      statements: [
        ...secrets.flatMap((secret) => readSecretStatements(this, secret, signingKey.encryptionKey)),
        new PolicyStatement({ actions: ['ssm:GetParameter'], resources: [signingKey.publicKeys.parameterArn] }),
        new PolicyStatement({
          actions: ['ssm:GetParameter', 'ssm:PutParameter', 'ssm:DeleteParameter'],
          resources: Object.values(records).map(({ parameterArn }) => parameterArn),
        }),
      ],
    });
  }
}

function resourceServerProperties(props: Auth0SetupProps) {
  return {
    TenantUrl: props.tenantUrl,
    Audience: props.audience,
    ManagementSecretId: props.managementSecret,
    KeyDelivery: props.keyDelivery ?? 'verificationKey',
    KeyFormat: props.keyFormat ?? 'certificate',
    PublicKeysParameter: props.signingKey.publicKeys.parameterName,
    CreateResourceServer: String(props.createResourceServer ?? false),
    RemoveCreated: String(props.removeCreated ?? false),
    ...(props.jwksUrl !== undefined && { JwksUrl: props.jwksUrl }),
    ...(props.scopes && props.scopes.length > 0 && { Scopes: [...props.scopes] }),
  };
}

function clientGrantProperties(props: Auth0SetupProps) {
  return {
    TenantUrl: props.tenantUrl,
    ManagementSecretId: props.managementSecret,
    ...(props.grantClientId !== undefined && { GrantClientId: props.grantClientId }),
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
