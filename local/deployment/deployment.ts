/**
 * A deployment on this machine: the CDK's own command line, an AWS emulator and a local tenant. Closing it leaves
 * nothing behind.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DemoTarget } from '../demonstration.ts';
import { startTenant, type Tenant } from '../tenant/server.ts';
import { seedOffering } from '../tenant-seed.ts';
import type { Account } from './aws-request.ts';
import { bootstrap } from './bootstrap.ts';
import { type CdkOptions, PROJECT_DIRECTORY, runCdk } from './cdk-command.ts';
import { type DeployedConfiguration, defaultPairs, deployedConfiguration } from './configuration.ts';
import { type Ministack, startMinistack } from './ministack.ts';
import { installMinistack } from './ministack-install.ts';
import { createSecret } from './secrets.ts';
import { reachableApiUrl, readStackOutputs } from './stack-outputs.ts';

export interface DeploymentOptions {
  /** Pairs `key=value`, as for `cdk deploy -c`. */
  readonly contextPairs: readonly string[];
  /** The environment for pip. */
  readonly environment: Readonly<Record<string, string>>;
  /** Called at the start of each slow step. */
  readonly report: (line: string) => void;
  /** When it aborts, the current step ends, and the signal's reason is thrown. */
  readonly signal: AbortSignal;
}

/** The message is the CDK's output. */
export class DeploymentFailed extends Error {}

interface Parts {
  readonly options: DeploymentOptions;
  readonly configuration: DeployedConfiguration;
  readonly ministack: Ministack;
  readonly tenant: Tenant;
  readonly account: Account;
  /** Holds all files of the deployment. */
  readonly directory: string;
}

/** The same clients as in the tenant's seed. */
const SECRETS = {
  'demo/auth0-management': { clientId: 'local-management-client', clientSecret: 'local-management-secret' },
  'demo/auth0-password-grant': { clientId: 'local-password-client', clientSecret: 'local-password-secret' },
};

/** A running deployment. */
export class Deployment {
  readonly #parts: Parts;
  readonly #snapshotBefore: string;

  private constructor(parts: Parts) {
    this.#parts = parts;
    this.#snapshotBefore = parts.tenant.snapshot();
  }

  /**
   * Starts everything except the stacks.
   *
   * @throws EmulatorUnavailable, or ConfigurationError for an invalid configuration
   */
  static async prepare(options: DeploymentOptions): Promise<Deployment> {
    const { environment, report, signal } = options;
    const configuration = await deployedConfiguration(options.contextPairs);
    const file = await installMinistack({ projectDirectory: PROJECT_DIRECTORY, environment, report, signal });
    report('Starting the AWS emulator and the tenant, and bootstrapping the account …');
    const directory = await mkdtemp(join(tmpdir(), 'deploy-local-'));
    const seed = seedOffering([configuration.audience, ...configuration.audiences], configuration.routes);
    const [ministack, tenant] = await Promise.all([startMinistack(file), startTenant({ seed })]);
    const account = { url: ministack.url, id: '000000000000', region: 'us-east-1' };
    const deployment = new Deployment({ options, configuration, ministack, tenant, account, directory });
    try {
      await bootstrap(account, { home: directory, signal });
      for (const [name, value] of Object.entries(SECRETS)) await createSecret(account, name, value);
      return deployment;
    } catch (error) {
      await deployment.close();
      signal.throwIfAborted();
      throw error;
    }
  }

  /**
   * Deploys both stacks.
   *
   * @throws DeploymentFailed
   */
  async deploy(): Promise<void> {
    const { tenant, options } = this.#parts;
    options.report('Synthesizing the stacks …');
    const pairs = [...defaultPairs(tenant.issuer), ...options.contextPairs];
    await this.#cdk('synth', ['--quiet', '--output', this.#assembly, ...pairs.flatMap((pair) => ['-c', pair])]);
    options.report('Deploying the stacks (about 12 s) …');
    const outputs = ['--outputs-file', this.#outputsFile];
    await this.#cdk('deploy', ['--all', '--app', this.#assembly, '--require-approval', 'never', ...outputs]);
  }

  /** What the demonstration needs. */
  async demoTarget(): Promise<DemoTarget> {
    const { account, tenant, configuration } = this.#parts;
    const { ApiUrl = '', GatewaySecretArn } = await readStackOutputs(this.#outputsFile);
    return {
      ...configuration,
      gateway: reachableApiUrl(account, ApiUrl),
      tenant,
      gatewaySecret: GatewaySecretArn && `in the secret ${GatewaySecretArn}`,
    };
  }

  /**
   * Destroys the stacks.
   *
   * @returns whether the tenant is byte for byte the same as before
   * @throws DeploymentFailed
   */
  async destroy(): Promise<boolean> {
    this.#parts.options.report('Destroying the stacks (about 12 s; press Ctrl-C again to skip this) …');
    await this.#cdk('destroy', ['--all', '--force', '--app', this.#assembly]);
    return this.#parts.tenant.snapshot() === this.#snapshotBefore;
  }

  /** Stops every process and deletes every file. */
  async close(): Promise<void> {
    const { ministack, tenant, directory } = this.#parts;
    await Promise.all([ministack.close(), tenant.close()]);
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }

  async #cdk(command: string, args: readonly string[]): Promise<void> {
    const { account, directory: home, options } = this.#parts;
    const cdkOptions: CdkOptions = { account, home, signal: options.signal };
    const { exitCode, output } = await runCdk([command, ...args], cdkOptions);
    options.signal.throwIfAborted();
    if (exitCode !== 0) throw new DeploymentFailed(`cdk ${command} failed:\n${output.trim()}`);
  }

  get #assembly(): string {
    return join(this.#parts.directory, 'assembly');
  }

  get #outputsFile(): string {
    return join(this.#parts.directory, 'outputs.json');
  }
}
