/** The options that several commands share, with what `--help` says of them. */

export interface Option {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** May be given more than once. */
  readonly multiple?: boolean;
  /** What stands for the value in `--help`. */
  readonly placeholder?: string;
  readonly summary: string;
}

export type OptionTable = Readonly<Record<string, Option>>;

/** Every command's. */
export const GENERAL_OPTIONS: OptionTable = {
  json: { type: 'boolean', summary: 'print one JSON object on one line, for programs' },
  verbose: { type: 'boolean', summary: 'show each setting and where it comes from, secrets masked' },
  // Not --env-file: Node takes that one for its own wherever it stands, and ends with its own words.
  dotenv: { type: 'string', placeholder: 'FILE', summary: 'read settings from this file (.env)' },
  outputs: { type: 'string', placeholder: 'FILE', summary: 'stack outputs, as cdk deploy writes (cdk-outputs.json)' },
  config: { type: 'string', placeholder: 'FILE', summary: "the deployment's configuration (cdk.json)" },
  help: { type: 'boolean', short: 'h', summary: 'print this' },
};

/** Those of commands that talk to the tenant. */
export const TENANT_OPTIONS: OptionTable = {
  issuer: { type: 'string', placeholder: 'URL', summary: 'the tenant, as domain or URL (AUTH0_DOMAIN)' },
  timeout: { type: 'string', placeholder: 'SECONDS', summary: 'how long the tenant may take in all (30)' },
};

/** Those of commands that use the Management API. The client's secret is never an option. */
export const MANAGEMENT_OPTIONS: OptionTable = {
  ...TENANT_OPTIONS,
  'management-domain': {
    type: 'string',
    placeholder: 'URL',
    summary: "the tenant's own domain, if the issuer is a custom one (AUTH0_MANAGEMENT_DOMAIN)",
  },
  'client-id': { type: 'string', placeholder: 'ID', summary: 'the management client (AUTH0_CLIENT_ID)' },
};

export const AUDIENCE_OPTION: OptionTable = {
  audience: { type: 'string', placeholder: 'ID', summary: "the API's identifier (AUTH0_AUDIENCE)" },
};

export const USER_OPTION: OptionTable = {
  user: { type: 'string', placeholder: 'ID', summary: "the user's id, such as auth0|1234" },
};

/** Where the signing key is. */
export const KEY_OPTIONS: OptionTable = {
  key: { type: 'string', placeholder: 'FILE', summary: "the signing key's file (ASP_KEY_FILE, .asp/key.json)" },
  'key-secret': {
    type: 'string',
    placeholder: 'ARN',
    summary: 'its secret in AWS instead (ASP_KEY_SECRET, or the output SigningKeySecretArn)',
  },
};

/** How the tenant gets the public key. */
export const DELIVERY_OPTIONS: OptionTable = {
  'key-delivery': {
    type: 'string',
    placeholder: 'HOW',
    summary: 'verificationKey (default), verificationKeys, verificationLocation or wellKnown',
  },
  'key-format': { type: 'string', placeholder: 'HOW', summary: 'certificate (default) or jwk' },
  'jwks-url': { type: 'string', placeholder: 'URL', summary: 'where the JWKS is served, for verificationLocation' },
};

export const RECORD_OPTION: OptionTable = {
  record: {
    type: 'string',
    placeholder: 'FILE',
    summary: 'where is written what was there before (ASP_RECORD_FILE, .asp/record.json)',
  },
};

export const DRY_RUN_OPTION: OptionTable = {
  'dry-run': { type: 'boolean', summary: 'print the difference, change nothing' },
};
