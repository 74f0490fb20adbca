/**
 * The stacks of an acceptance run: the application itself, and the observer. Both are synthesized once. The assemblies stay
 * on disk until the stacks are destroyed, so that an interrupted run can be cleaned up later.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isSecureUrl } from '../../src/core/secure-url.ts';
import { PROJECT_DIRECTORY, runCdkWith } from '../deployment/cdk-command.ts';
import { reachableApiUrl, readStackOutputs } from '../deployment/stack-outputs.ts';
import type { Deployed } from './run-context.ts';

export interface StacksOptions {
  /** The whole environment of the CDK: credentials, Region, proxies. */
  readonly environment: Readonly<Record<string, string>>;
  readonly stackPrefix: string;
  /** For `-c`. */
  readonly pairs: readonly string[];
  readonly gatewayTtlSeconds: number;
  /** When it aborts, the CDK is killed. */
  readonly signal: AbortSignal;
}

/** What the run needs of its stacks. */
export type StackPort = Pick<Stacks, 'synthesize' | 'deploy' | 'destroy' | 'commandsToDestroy'>;

/** The message is the end of the CDK's output. */
export class CdkFailed extends Error {}

const OBSERVER = 'node --import tsx bin/acceptance-observer.ts';
const APPS = ['observer', 'api'] as const;
const MOST_LINES = 40;

export class Stacks {
  readonly #options: StacksOptions;
  readonly #directory: string;

  constructor(options: StacksOptions) {
    this.#options = options;
    this.#directory = join(PROJECT_DIRECTORY, '.cache', 'acceptance', options.stackPrefix);
  }

  /** @throws CdkFailed */
  async synthesize(): Promise<void> {
    const { stackPrefix, pairs, gatewayTtlSeconds } = this.#options;
    await mkdir(this.#directory, { recursive: true });
    // One after the other: both may build the functions' code first.
    await this.#synth('api', [], pairs);
    const ofObserver = [`stackName=${stackPrefix}Observer`, `gatewayTtlSeconds=${gatewayTtlSeconds}`];
    await this.#synth('observer', ['--app', OBSERVER], ofObserver);
  }

  /**
   * Deploys everything.
   *
   * @throws CdkFailed when nothing is under way any more
   */
  async deploy(): Promise<Deployed> {
    await all(
      APPS.map(async (app) => {
        const options = ['--all', '--require-approval', 'never', '--outputs-file', this.#outputsOf(app)];
        await this.#cdk(['deploy', '--app', this.#assemblyOf(app), ...options], this.#directory);
      }),
    );
    const [observer, api] = await Promise.all(APPS.map((app) => readStackOutputs(this.#outputsOf(app))));
    const urlIn = (outputs: typeof api, name: string) => this.#reachable(outputs?.[name] ?? '');
    return {
      apiUrl: urlIn(api, 'ApiUrl'),
      rotationFunctionArn: api?.KeyRotationFunctionArn ?? '',
      signingKeySecretArn: api?.SigningKeySecretArn ?? '',
      principalToken: {
        issuer: api?.PrincipalTokenIssuer ?? '',
        jwksUrl: api?.PrincipalTokenJwksUrl ? urlIn(api, 'PrincipalTokenJwksUrl') : '',
      },
      warnings: api?.Auth0Warnings ?? '',
      observer: {
        restUrl: urlIn(observer, 'ObserverRestUrl'),
        httpUrl: urlIn(observer, 'ObserverHttpUrl'),
        unreachableUrl: urlIn(observer, 'UnreachableUrl'),
      },
    };
  }

  /**
   * Destroys everything, also what a failed deployment left.
   *
   * @throws CdkFailed
   */
  async destroy(): Promise<void> {
    await all(
      APPS.map(async (app) => {
        await this.#cdk(['destroy', '--all', '--force', '--app', this.#assemblyOf(app)], this.#directory);
      }),
    );
    await rm(this.#directory, { recursive: true, force: true, maxRetries: 5 });
  }

  /** For a person to run if this process cannot. */
  get commandsToDestroy(): readonly string[] {
    return APPS.map((app) => `npx cdk destroy --all --app ${this.#assemblyOf(app)}`);
  }

  async #synth(app: (typeof APPS)[number], options: readonly string[], pairs: readonly string[]): Promise<void> {
    const context = pairs.flatMap((pair) => ['-c', pair]);
    await this.#cdk(['synth', '--quiet', '--output', this.#assemblyOf(app), ...options, ...context], PROJECT_DIRECTORY);
  }

  async #cdk(args: readonly string[], directory: string): Promise<void> {
    const { environment, signal } = this.#options;
    const { exitCode, output } = await runCdkWith(environment, args, { directory, signal });
    signal.throwIfAborted();
    if (exitCode === 0) return;
    const end = output.trim().split('\n').slice(-MOST_LINES).join('\n');
    throw new CdkFailed(`cdk ${args[0]} failed:\n${end}`);
  }

  /** With a trailing slash. The host in an output does not exist if AWS is an emulator on this machine. */
  #reachable(url: string): string {
    const { href } = new URL(url);
    const endpoint = emulatorIn(this.#options.environment);
    return endpoint === undefined ? href : reachableApiUrl({ url: endpoint, id: '', region: '' }, href);
  }

  #assemblyOf(app: (typeof APPS)[number]): string {
    return join(this.#directory, app);
  }

  #outputsOf(app: (typeof APPS)[number]): string {
    return join(this.#directory, `${app}-outputs.json`);
  }
}

/** The URL of an emulator on this machine, without a trailing slash; `undefined` if AWS is the real one. */
export function emulatorIn({ AWS_ENDPOINT_URL: url }: Readonly<Record<string, string>>): string | undefined {
  return url?.startsWith('http://') && isSecureUrl(url) ? url.replace(/\/$/, '') : undefined;
}

/** Waits for all, and then throws the first error. */
async function all(works: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(works);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}
