/**
 * What each configuration key means, for the reference in `docs/configuration.md`. Defaults and accepted values are not
 * here: they come from the schema. The texts are Markdown, with links as seen from `docs/`.
 */

import { APP_PASSWORD_MEANINGS } from './app-passwords.ts';

export interface KeyMeaning {
  readonly meaning: string;
  /** What applies if the key is not set. Only for an optional key without a default value in the schema. */
  readonly unset?: string;
}

type Group = Readonly<Record<string, KeyMeaning>>;

const REQUIRED: Group = {
  issuer: { meaning: "the tenant's URL, `https://…/`, with its final slash" },
  audience: { meaning: "the API's identifier" },
  managementSecret: {
    meaning:
      'the secret `{"clientId","clientSecret"}` or [`{"clientId","privateKey"}`](deploy.md#keys-instead-of-client-secrets) of the client that sets up the tenant',
  },
};

const CREDENTIALS: Group = {
  routes: {
    meaning: 'the scopes that each route requires, see [routes](#routes)',
    unset: 'the routes of the demo API',
  },
  passwordGrantSecret: {
    meaning:
      'the secret `{"clientId","clientSecret"}` or [`{"clientId","privateKey"}`](deploy.md#keys-instead-of-client-secrets) of the client that logs users in; a `"connection"` in it names the connection',
    unset: 'Basic accepts ASPs only',
  },
  basicOrder: {
    meaning:
      'how a Basic secret is checked: `auto` decides by what it looks like, `password-first` and `introspect-first` try both ways in this order',
  },
  basicTokenUsers: {
    meaning:
      'user names with which the secret of a Basic credential is a token, such as `["token"]`, for git and other clients that send only Basic. Turns `basicChallenge` on',
  },
  basicChallenge: { meaning: 'offer Basic in a 401 response; browsers then ask for a password' },
  introspectJwts: { meaning: 'introspect JWTs too, after the local check' },
  permissionsAsScopes: { meaning: 'treat the `permissions` of role-based access control as scopes' },
  issuers: {
    meaning:
      'more issuers, such as `[{"issuer":"https://login.example.com/"}]`, or any RFC 7662 server: `{"issuer","profile":"rfc7662","jwksUrl","introspectionUrl"}` with either the `clientId` that authenticates with our key (`private_key_jwt`), or `clientSecret`, the name of a secret `{"clientId","clientSecret"}` (`client_secret_basic`) or `{"clientId","privateKey"}` (`private_key_jwt` with that key). Basic credentials and ASPs are sent to the main `issuer` only. List each issuer once, and never the main one; see [other issuers](other-issuers.md)',
  },
};

const TOKENS: Group = {
  audiences: {
    meaning: 'more identifiers of this API whose tokens are accepted, such as `["https://old.api"]` during a migration',
  },
  dpop: {
    meaning:
      'tokens that are bound to a key of the caller (DPoP, RFC 9449): refused, accepted with a proof, or required of every caller. Other than `off` requires `gatewayTtlSeconds` 0',
  },
  mtls: {
    meaning:
      'tokens that are bound to a client certificate (RFC 8705): refused, accepted with the certificate, or required of every caller. Other than `off` requires `gatewayTtlSeconds` 0',
  },
  publicUrl: {
    meaning:
      'the URL at which callers see the API, if it is not the one that API Gateway sees, such as behind CloudFront',
    unset: 'the URL that API Gateway sees',
  },
  allowedOrganizations: {
    meaning:
      'the ids of the organizations whose tokens are accepted; with an empty list, all credentials. Refuses ASPs and passwords, which have none; see [credentials](credentials.md#organizations)',
  },
};

const BACKEND: Group = {
  contextClaims: {
    meaning:
      'claims that the backend receives too, such as `["https://demo.api/roles", "email"]`; see [credentials](credentials.md#claims)',
  },
  principalToken: { meaning: 'send the principal to the backend as a signed JWT too' },
  principalTokenAudience: {
    meaning: 'the `aud` of that JWT',
    unset: '`backendUrl`; without it, `audience`',
  },
};

const CACHES: Group = {
  gatewayTtlSeconds: { meaning: 'how long API Gateway caches a result for a credential, method and path' },
  cacheTtlSeconds: { meaning: 'how long the authorizer caches a principal, never past its expiry' },
  negativeTtlSeconds: { meaning: 'how long the authorizer caches a refusal' },
  staleIfErrorSeconds: { meaning: 'how much longer a cached principal is accepted while the tenant is down' },
  sharedCache: {
    meaning:
      'share the results of introspection between all containers, in a DynamoDB table of sealed entries; see [scaling](scaling.md)',
  },
  uncachedScopes: { meaning: 'never cache principals with one of these scopes; requires `gatewayTtlSeconds` 0' },
};

const REVOCATION: Group = {
  revocationSeconds: {
    meaning:
      'how long a container trusts what it has read about revocations; see [operations](operations.md#revocation)',
  },
  revokeJwts: {
    meaning:
      'refuse JWTs that were issued before their user was blocked, deleted or logged out everywhere, or got a new password. Callers get 503 while the marks cannot be read',
  },
  maxJwtLifetimeSeconds: { meaning: 'how long a revocation is remembered; no JWT of the tenant may live longer' },
  logEventBus: {
    meaning: "the partner event bus with the tenant's log stream, from which revocations are read",
    unset: 'only `asp delete` and `asp revoke` revoke',
  },
};

const FUNCTION: Group = {
  memorySize: { meaning: "the authorizer's memory in MB; more memory also means more processor time" },
  provisionedConcurrency: { meaning: 'how many execution environments of the authorizer are kept ready; 0 keeps none' },
  architecture: { meaning: "the authorizer's processor" },
};

const TENANT: Group = {
  managementDomain: {
    meaning: 'the domain of the Management API, if the issuer is a custom domain',
    unset: 'the issuer',
  },
  grantClientId: { meaning: 'the client whose grant gets the scopes for ASPs', unset: 'the management client' },
  createResourceServer: { meaning: 'create the API at the tenant if it does not exist' },
  removeCreated: { meaning: 'on `cdk destroy`, delete the API that `createResourceServer` created' },
  replaceKey: {
    meaning:
      'overwrite a key at the tenant that another deployment for the same `audience` may be using; see [operations](operations.md#two-deployments-for-one-audience)',
  },
  refresh: {
    meaning:
      'any word, such as `-c refresh=$(date +%s)`. When it changes, the deployment checks the tenant again and updates `Auth0Warnings`',
    unset: 'none',
  },
};

const SIGNING_KEY: Group = {
  keyDelivery: { meaning: 'how the tenant gets the public key; see [operations](operations.md)' },
  keyFormat: { meaning: 'the format of the public key at the tenant' },
  rotationDays: { meaning: 'days between two rotations of the key; 0 turns rotation off' },
  jwksCacheSeconds: {
    meaning: 'how long a server may cache our JWKS; if the tenant gets the key by URL, a rotation waits that long',
  },
  jwksThrottleRate: { meaning: 'how many requests per second the JWKS accepts from all callers together' },
  jwksThrottleBurst: { meaning: 'how many requests the JWKS accepts at once' },
};

const API: Group = {
  backendUrl: {
    meaning: 'URL of an HTTP backend to put behind the authorizer; `routes` then lists the scopes for each path',
    unset: 'the demo API',
  },
  resourceMetadata: {
    meaning:
      'serve metadata by which clients find the issuer (RFC 9728), such as those of [MCP](mcp.md). Requires `publicUrl`, which must be an audience',
  },
  catchAll: {
    meaning: 'respond 404 to paths and methods that no route names; see [operations](operations.md#unknown-routes)',
  },
  corsAllowOrigins: {
    meaning:
      'the origins whose pages may read responses in a browser. The responses of your backend need their own header',
  },
  corsAllowHeaders: { meaning: 'the headers that a page may send; must contain `Authorization`' },
  throttleRate: {
    meaning: 'how many requests per second the API accepts from all callers together ([limits](limits.md))',
  },
  throttleBurst: { meaning: 'how many requests the API accepts at once ([limits](limits.md))' },
  ipRateLimit: {
    meaning:
      "how many requests one IP address may send in five minutes, enforced by an AWS WAF web ACL; behind CloudFront the address is the edge's ([limits](limits.md))",
    unset: 'off',
  },
  viewerAddressHeader: {
    meaning:
      "behind CloudFront: the header with the caller's address; see [operations](operations.md#behind-cloudfront)",
    unset: 'the address that API Gateway sees',
  },
  originSecret: {
    meaning: 'the secret with which CloudFront proves its requests. Set it together with `viewerAddressHeader`',
    unset: 'none',
  },
};

const LOGS: Group = {
  logRetentionDays: { meaning: 'how many days logs are kept' },
  logSubject: { meaning: 'write `sub` to the log in clear instead of a digest' },
  accessLog: {
    meaning:
      "write access logs of the API and of the JWKS, without paths and headers; needs the account's CloudWatch role for API Gateway",
  },
  tracing: { meaning: 'trace the functions with AWS X-Ray' },
  kmsKeyArn: {
    meaning: 'a KMS key of your own for the secrets, and with `encryptLogs` for the logs',
    unset: 'the AWS managed key',
  },
  encryptLogs: {
    meaning: "encrypt the logs with `kmsKeyArn` too; the key's policy [must allow it](operations.md#encrypted-logs)",
  },
  alarmTopicArn: {
    meaning: 'an SNS topic that the [alarms](operations.md#alarms) notify, in the same Region',
    unset: 'alarms notify nobody',
  },
};

const DEPLOYMENT: Group = {
  stackPrefix: {
    meaning:
      'names the stacks, `{stackPrefix}` and `{stackPrefix}Key`: set it for a second deployment in one account and Region; see [environments](environments.md)',
  },
};

/** All keys, in the order in which a reader needs them. */
export const KEY_MEANINGS: Readonly<Record<string, Group>> = {
  Required: REQUIRED,
  'Credentials and routes': CREDENTIALS,
  'More kinds of tokens': TOKENS,
  'What the backend receives': BACKEND,
  Caches: CACHES,
  Revocation: REVOCATION,
  'App passwords': APP_PASSWORD_MEANINGS,
  "The authorizer's function": FUNCTION,
  'The set-up of the tenant': TENANT,
  'The signing key': SIGNING_KEY,
  'The API': API,
  'Logs, encryption and alarms': LOGS,
  'The deployment': DEPLOYMENT,
};
