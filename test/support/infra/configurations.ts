/** Configurations that together use every part of the stacks. */
const PROXY = { backendUrl: 'https://backend.example', routes: { 'ANY /{proxy+}': [], 'GET /health': 'public' } };
const KMS_KEY = 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555';

export const CONFIGURATIONS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  default: {},
  everySecret: {
    passwordGrantSecret: 'auth0/password',
    originSecret: 'auth0/origin',
    viewerAddressHeader: 'CloudFront-Viewer-Address',
    kmsKeyArn: KMS_KEY,
    accessLog: true,
    encryptLogs: true,
    tracing: true,
    corsAllowOrigins: ['https://app.example', 'https://admin.example'],
  },
  secretsByArn: {
    managementSecret: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:auth0/management-a1b2c3',
    passwordGrantSecret: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:auth0/password-a1b2c3',
  },
  backend: PROXY,
  backendWithOwnKey: { ...PROXY, kmsKeyArn: KMS_KEY, ipRateLimit: 1000, gatewayTtlSeconds: 0 },
  signedPrincipal: { ...PROXY, principalToken: true, kmsKeyArn: KMS_KEY },
  keyByUrl: { keyDelivery: 'wellKnown', keyFormat: 'jwk', jwksCacheSeconds: 600 },
  createdApi: { createResourceServer: true, removeCreated: true, rotationDays: 0, basicChallenge: true },
  issuers: {
    issuers: [
      { issuer: 'https://login.example.com/' },
      {
        issuer: 'https://idp.example.com/',
        profile: 'rfc7662',
        jwksUrl: 'https://idp.example.com/jwks',
        introspectionUrl: 'https://idp.example.com/introspect',
        clientSecret: 'idp/client',
      },
    ],
  },
  audiences: {
    audiences: ['https://old.api', 'urn:older'],
    routes: { 'GET /a': ['read:a'], 'GET /b': { allOf: [], audience: 'https://old.api' } },
  },
  revocation: {
    sharedCache: false,
    revokeJwts: true,
    logEventBus: 'aws.partner/auth0.com/tenant-1234/auth0.logs',
    provisionedConcurrency: 2,
    memorySize: 1024,
    architecture: 'x86_64',
  },
  alarms: {
    stackPrefix: 'Auth0AuthorizerDev',
    alarmTopicArn: 'arn:aws:sns:eu-west-1:111122223333:alarms',
    routes: { 'GET /a/{id}': ['read:a'], 'POST /a': { anyOf: ['write:a', 'admin'] }, 'GET /open': 'public' },
  },
  appPasswords: {
    appPasswords: true,
    appPasswordsSecret: 'auth0/app-passwords',
    appPasswordsClientId: 'app-passwords-client',
    appPasswordClients: ['page-client', 'cli-client'],
    maxAuthAgeSeconds: 3600,
    authTimeClaim: 'https://demo.api/auth_time',
    scopeDescriptions: { 'read:foo': 'Read foos' },
    appPasswordsOrigins: ['https://app.example', 'https://admin.example'],
    appPasswordsEventBus: 'arn:aws:events:eu-west-1:111122223333:event-bus/notifications',
    alarmTopicArn: 'arn:aws:sns:eu-west-1:111122223333:alarms',
    kmsKeyArn: KMS_KEY,
  },
};
