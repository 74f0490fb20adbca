/**
 * Runs the CDK's own command line as a child process, against the emulator or against a real account. For the emulator, it
 * inherits no profile, key or proxy from the caller, only the emulator's address.
 */
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Account } from './aws-request.ts';
import { type Ended, run } from './child-process.ts';

export const PROJECT_DIRECTORY = fileURLToPath(new URL('../../', import.meta.url));

export interface CdkRun {
  /** The working directory. @default the project's directory */
  readonly directory?: string;
  readonly listen?: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface CdkOptions extends CdkRun {
  /** Leave it out for commands that must not need AWS. */
  readonly account?: Account;
  /** The CDK's home directory; must be writable. */
  readonly home: string;
}

const BIN = join(PROJECT_DIRECTORY, 'node_modules', '.bin');
/** No colours, no notices, no telemetry. */
const QUIET = ['--no-color', '--no-notices', '--no-version-reporting'];

/** Runs one command of the CDK, such as `deploy --all`, against the emulator. */
export function runCdk(args: readonly string[], { account, home, ...options }: CdkOptions): Promise<Ended> {
  return runCdkWith({ ...baseEnvironment(home), ...(account && awsEnvironment(account)) }, args, options);
}

/**
 * Runs one command of the CDK.
 *
 * @param environment the whole environment, which says with which credentials and in which account
 */
export function runCdkWith(
  environment: Readonly<Record<string, string>>,
  args: readonly string[],
  { directory = PROJECT_DIRECTORY, listen, signal }: CdkRun = {},
): Promise<Ended> {
  return run({
    file: join(BIN, 'cdk'),
    args: [...QUIET, ...args],
    environment,
    directory,
    ...(listen && { listen }),
    signal,
  });
}

function baseEnvironment(home: string): Readonly<Record<string, string>> {
  return {
    PATH: [dirname(process.execPath), BIN, '/usr/bin', '/bin'].join(delimiter),
    HOME: home,
    TMPDIR: home,
    LANG: 'C.UTF-8',
    CI: 'true',
    NODE_NO_WARNINGS: '1',
    CDK_DISABLE_VERSION_CHECK: '1',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

function awsEnvironment({ url, id, region }: Account): Readonly<Record<string, string>> {
  return {
    AWS_ACCESS_KEY_ID: id,
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ENDPOINT_URL: url,
  };
}
