/** An AWS account in an emulator, a tenant, and the CDK between them. Records all output, so that a test can search it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Account, callAws } from '../../../local/deployment/aws-request.ts';
import { bootstrap } from '../../../local/deployment/bootstrap.ts';
import { runCdk } from '../../../local/deployment/cdk-command.ts';
import type { Ended } from '../../../local/deployment/child-process.ts';
import { type Ministack, startMinistack } from '../../../local/deployment/ministack.ts';
import { createSecret } from '../../../local/deployment/secrets.ts';
import { readStackOutputs, type StackOutputs } from '../../../local/deployment/stack-outputs.ts';
import { seed } from '../../../local/tenant/seed.ts';
import { startTenant, type Tenant, type TenantOptions } from '../../../local/tenant/server.ts';

export const MANAGEMENT_SECRET = 'demo/auth0-management';
/** Another secret of the same client, for a set-up with another management secret. */
export const OTHER_MANAGEMENT_SECRET = 'demo/auth0-management-other';
export const PASSWORD_GRANT_SECRET = 'demo/auth0-password-grant';
export const KEY_STACK = 'Auth0AuthorizerKey';
export const API_STACK = 'Auth0Authorizer';

/** Texts that must appear only in secrets. */
export const CANARIES = {
  managementClientSecret: 'canary-of-the-management-client-kq3vz8',
  passwordGrantClientSecret: 'canary-of-the-password-client-w7tn2x',
} as const;

const MANAGEMENT_CLIENT = { clientId: 'local-management-client', clientSecret: CANARIES.managementClientSecret };
const PASSWORD_CLIENT = { clientId: 'local-password-client', clientSecret: CANARIES.passwordGrantClientSecret };

export class AwsForTest {
  readonly account: Account;
  readonly ministack: Ministack;
  readonly tenant: Tenant;
  /** The whole output of the CDK. */
  readonly transcript: string[] = [];
  readonly assemblies: string[] = [];
  readonly #home: string;

  private constructor(ministack: Ministack, tenant: Tenant, home: string) {
    this.ministack = ministack;
    this.tenant = tenant;
    this.account = { url: ministack.url, id: '000000000000', region: 'us-east-1' };
    this.#home = home;
  }

  /** Starts everything and prepares the account. */
  static async start(
    ministackFile: string,
    options: Pick<TenantOptions, 'keyCacheSeconds' | 'behaviour' | 'seed'> = {},
  ): Promise<AwsForTest> {
    const home = await mkdtemp(join(tmpdir(), 'deploy-test-'));
    const tenantStart = startTenant({
      ...options,
      seed: { clients, ...options.seed },
      behaviour: { isStrict: true, ...options.behaviour },
    });
    const [ministack, tenant] = await Promise.all([startMinistack(ministackFile), tenantStart]);
    const aws = new AwsForTest(ministack, tenant, home);
    await bootstrap(aws.account, { home });
    await createSecret(aws.account, MANAGEMENT_SECRET, MANAGEMENT_CLIENT);
    await createSecret(aws.account, OTHER_MANAGEMENT_SECRET, MANAGEMENT_CLIENT);
    await createSecret(aws.account, PASSWORD_GRANT_SECRET, PASSWORD_CLIENT);
    return aws;
  }

  async close(): Promise<void> {
    await Promise.all([this.ministack.close(), this.tenant.close()]);
    await rm(this.#home, { recursive: true, force: true, maxRetries: 5 });
  }

  async cdk(...args: string[]): Promise<Ended> {
    const ended = await runCdk(args, { account: this.account, home: this.#home });
    this.transcript.push(ended.output);
    return ended;
  }

  /**
   * Synthesizes the application, or another one with the same configuration.
   *
   * @param app the command that runs another application
   * @returns the directory to deploy from
   */
  async synth(context: Readonly<Record<string, string>> = {}, app?: string): Promise<string> {
    const directory = join(this.#home, `assembly-${this.assemblies.length + 1}`);
    this.assemblies.push(directory);
    const all = {
      issuer: this.tenant.issuer,
      audience: 'https://demo.api',
      managementSecret: MANAGEMENT_SECRET,
      passwordGrantSecret: PASSWORD_GRANT_SECRET,
      // The emulator supports neither the identity sources of a cached decision nor rotation schedules.
      gatewayTtlSeconds: '0',
      rotationDays: '0',
      ...context,
    };
    const pairs = Object.entries(all).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
    const other = app === undefined ? [] : ['--app', app];
    // The code was built before all tests; building it for each template would slow down the tests that run beside this one.
    const options = ['--quiet', '--build', ':', '--output', directory];
    succeeded(await this.cdk('synth', ...options, ...other, ...pairs));
    return directory;
  }

  /** Deploys stacks, `--all` by default. The caller checks whether it succeeded. */
  deploy(assembly: string, ...stacks: string[]): Promise<Ended> {
    const which = stacks.length === 0 ? ['--all'] : ['--exclusively', ...stacks];
    const options = ['--app', assembly, '--require-approval', 'never', '--outputs-file', this.#outputsFile];
    return this.cdk('deploy', ...which, ...options);
  }

  destroy(assembly: string, ...stacks: string[]): Promise<Ended> {
    const which = stacks.length === 0 ? ['--all'] : ['--exclusively', ...stacks];
    return this.cdk('destroy', ...which, '--force', '--app', assembly);
  }

  /** Deploys an application other than this project's own, with the command that synthesizes it. */
  deployApp(app: string, ...context: readonly string[]): Promise<Ended> {
    const options = ['--app', app, '--require-approval', 'never', '--outputs-file', this.#outputsFile];
    return this.cdk('deploy', '--all', ...options, ...context);
  }

  destroyApp(app: string, ...context: readonly string[]): Promise<Ended> {
    return this.cdk('destroy', '--all', '--force', '--app', app, ...context);
  }

  /** Writes a client secret into the management secret or another one. */
  async putClientSecret(name: string, clientSecret: string): Promise<void> {
    const SecretString = JSON.stringify({ ...MANAGEMENT_CLIENT, clientSecret });
    await callAws(this.account, 'secretsmanager', 'secretsmanager.PutSecretValue', { SecretId: name, SecretString });
  }

  /** The outputs of the latest deployment. */
  outputs(): Promise<StackOutputs> {
    return readStackOutputs(this.#outputsFile);
  }

  get #outputsFile(): string {
    return join(this.#home, 'outputs.json');
  }
}

const clients = seed.clients.map((client) => {
  const secrets = new Map(
    [MANAGEMENT_CLIENT, PASSWORD_CLIENT].map(({ clientId, clientSecret }) => [clientId, clientSecret]),
  );
  const secret = secrets.get(client.client_id);
  return secret === undefined ? client : { ...client, client_secret: secret };
});

/** @throws Error with the output of a command if it failed */
export function succeeded(ended: Ended): Ended {
  if (ended.exitCode !== 0) throw new Error(ended.output);
  return ended;
}
