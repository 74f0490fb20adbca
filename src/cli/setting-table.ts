/** Every setting of the command line, with its names in each source and its default. */

import { DEFAULTS } from '../config/defaults.ts';

export interface SettingNames {
  /** `--flag` */
  readonly flag?: string;
  /** In the environment and in `.env`; Auth0's own name if there is one. */
  readonly variable?: string;
  /** Among the stack's outputs. */
  readonly output?: string;
  /** In the deployment's configuration. */
  readonly key?: string;
  readonly fallback?: string;
  readonly isSecret?: boolean;
}

export const SETTINGS = {
  issuer: { flag: 'issuer', variable: 'AUTH0_DOMAIN', key: 'issuer' },
  managementDomain: { flag: 'management-domain', variable: 'AUTH0_MANAGEMENT_DOMAIN', key: 'managementDomain' },
  clientId: { flag: 'client-id', variable: 'AUTH0_CLIENT_ID' },
  clientSecret: { variable: 'AUTH0_CLIENT_SECRET', isSecret: true },
  clientKey: { flag: 'client-key', variable: 'AUTH0_CLIENT_KEY_FILE' },
  clientPrivateKey: { variable: 'AUTH0_CLIENT_ASSERTION_PRIVATE_KEY', isSecret: true },
  clientKeyAlgorithm: { variable: 'AUTH0_CLIENT_ASSERTION_SIGNING_ALG' },
  audience: { flag: 'audience', variable: 'AUTH0_AUDIENCE', key: 'audience' },
  audiences: { flag: 'audiences', variable: 'AUTH0_AUDIENCES', key: 'audiences' },
  grantClientId: { flag: 'grant-client-id', variable: 'ASP_GRANT_CLIENT_ID', key: 'grantClientId' },
  passwordClientId: { flag: 'password-client-id', variable: 'AUTH0_PASSWORD_CLIENT_ID' },
  connection: { flag: 'connection', variable: 'AUTH0_CONNECTION' },
  key: { flag: 'key', variable: 'ASP_KEY_FILE' },
  keySecret: { flag: 'key-secret', variable: 'ASP_KEY_SECRET', output: 'SigningKeySecretArn' },
  keyDelivery: {
    flag: 'key-delivery',
    variable: 'ASP_KEY_DELIVERY',
    key: 'keyDelivery',
    fallback: DEFAULTS.keyDelivery,
  },
  keyFormat: { flag: 'key-format', variable: 'ASP_KEY_FORMAT', key: 'keyFormat', fallback: DEFAULTS.keyFormat },
  jwksUrl: { flag: 'jwks-url', variable: 'ASP_JWKS_URL', output: 'JwksUrl' },
  apiUrl: { flag: 'api-url', variable: 'ASP_API_URL', output: 'ApiUrl' },
  /** The stack with the API is named by the prefix alone. */
  stack: { flag: 'stack', key: 'stackPrefix', fallback: DEFAULTS.stackPrefix },
  queue: { flag: 'queue', variable: 'ASP_REVOCATION_QUEUE', output: 'RevocationQueueUrl' },
  appPasswordsClientId: {
    flag: 'app-passwords-client-id',
    variable: 'ASP_APP_PASSWORDS_CLIENT_ID',
    key: 'appPasswordsClientId',
  },
  appPasswordsUrl: { flag: 'app-passwords-url', variable: 'ASP_APP_PASSWORDS_URL', output: 'AppPasswordsUrl' },
  record: { flag: 'record', variable: 'ASP_RECORD_FILE', fallback: '.asp/record.json' },
  timeout: { flag: 'timeout', variable: 'ASP_TIMEOUT', fallback: '30' },
} as const satisfies Readonly<Record<string, SettingNames>>;

export type SettingName = keyof typeof SETTINGS;
