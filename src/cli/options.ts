/** The options that several commands share, with their text for `--help`. */

export interface Option {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** The option may be repeated. */
  readonly multiple?: boolean;
  /** The name of the value in `--help`. */
  readonly placeholder?: string;
  readonly summary: string;
}

export type OptionTable = Readonly<Record<string, Option>>;

/** Options of every command. */
export const GENERAL_OPTIONS: OptionTable = {
  json: { type: 'boolean', summary: 'print one JSON object on one line, for programs' },
  verbose: { type: 'boolean', summary: 'show each setting and where it comes from, with secrets masked' },
  // Not --env-file: Node handles an option of that name itself, even after the script's name.
  dotenv: { type: 'string', placeholder: 'FILE', summary: 'read settings from this file (.env)' },
  outputs: {
    type: 'string',
    placeholder: 'FILE',
    summary: 'stack outputs, as written by cdk deploy (cdk-outputs.json)',
  },
  config: { type: 'string', placeholder: 'FILE', summary: "the deployment's configuration (cdk.json)" },
  help: { type: 'boolean', short: 'h', summary: 'print this help' },
};

/** Options of commands that call the tenant. */
export const TENANT_OPTIONS: OptionTable = {
  issuer: { type: 'string', placeholder: 'URL', summary: 'the tenant, as a domain or URL (AUTH0_DOMAIN)' },
  timeout: { type: 'string', placeholder: 'SECONDS', summary: 'how long the tenant may take in total (30)' },
};

/** Options of commands that use the Management API. The client's secret or key is never an option. */
export const MANAGEMENT_OPTIONS: OptionTable = {
  ...TENANT_OPTIONS,
  'management-domain': {
    type: 'string',
    placeholder: 'URL',
    summary: "the tenant's own domain, if the issuer is a custom domain (AUTH0_MANAGEMENT_DOMAIN)",
  },
  'client-id': { type: 'string', placeholder: 'ID', summary: 'the management client (AUTH0_CLIENT_ID)' },
  'client-key': {
    type: 'string',
    placeholder: 'FILE',
    summary: 'the file with its private key, instead of a secret (AUTH0_CLIENT_KEY_FILE)',
  },
};

export const AUDIENCE_OPTION: OptionTable = {
  audience: { type: 'string', placeholder: 'ID', summary: "the API's identifier (AUTH0_AUDIENCE)" },
};

/** For commands that work on each resource server of the API. */
export const AUDIENCES_OPTION: OptionTable = {
  ...AUDIENCE_OPTION,
  audiences: {
    type: 'string',
    placeholder: 'LIST',
    summary: 'its other identifiers, separated by spaces (AUTH0_AUDIENCES)',
  },
};

export const USER_OPTION: OptionTable = {
  user: { type: 'string', placeholder: 'ID', summary: "the user's id, such as auth0|1234" },
};

/** Where the signing key is. */
export const KEY_OPTIONS: OptionTable = {
  key: { type: 'string', placeholder: 'FILE', summary: 'the file with the signing key (ASP_KEY_FILE, .asp/key.json)' },
  'key-secret': {
    type: 'string',
    placeholder: 'ARN',
    summary: 'the AWS secret with the key (ASP_KEY_SECRET, or the output SigningKeySecretArn)',
  },
};

/** How the tenant gets the public key. */
export const DELIVERY_OPTIONS: OptionTable = {
  'key-delivery': {
    type: 'string',
    placeholder: 'HOW',
    summary: 'auto (default), verificationKey, verificationKeys, verificationLocation or wellKnown',
  },
  'key-format': { type: 'string', placeholder: 'HOW', summary: 'certificate (default) or jwk' },
  'jwks-url': { type: 'string', placeholder: 'URL', summary: 'where the JWKS is served, for verificationLocation' },
};

export const RECORD_OPTION: OptionTable = {
  record: {
    type: 'string',
    placeholder: 'FILE',
    summary: 'the file that records the previous state (ASP_RECORD_FILE, .asp/record.json)',
  },
};

export const DRY_RUN_OPTION: OptionTable = {
  'dry-run': { type: 'boolean', summary: 'print the difference, change nothing' },
};
