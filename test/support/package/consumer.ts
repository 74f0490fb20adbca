/** A folder of somebody who uses the package: outside of this repository, with the packed package installed. */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { npm, output } from './npm.ts';

/** What an app has synthesized. */
export interface Assembly {
  readonly directory: string;
  /** The text of each template, by the name of its stack. */
  readonly templates: ReadonlyMap<string, string>;
  /** The hashes of the assets, in the order of the manifests. */
  readonly assets: readonly string[];
}

const TENANT = {
  issuer: 'https://tenant.auth0.com/',
  audience: 'https://my.api',
  managementSecret: 'auth0/management',
};

export class Consumer {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  /**
   * Creates a folder and installs packages into it.
   *
   * @param packages such as `typescript@7.0.2`, or the path of a tarball
   */
  static async install(packages: readonly string[]): Promise<Consumer> {
    const directory = await mkdtemp(join(tmpdir(), 'consumer-'));
    const consumer = new Consumer(directory);
    await consumer.write({ 'package.json': '{"private":true}' });
    // No install scripts: esbuild, which tsx uses, works without its own.
    await npm(['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', ...packages], directory);
    return consumer;
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true, maxRetries: 3 });
  }

  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      const path = join(this.directory, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
    }
  }

  async copy(from: string, to: string): Promise<void> {
    await cp(from, join(this.directory, to), { recursive: true });
  }

  /** Runs a program that is installed, such as `tsc`. */
  run(program: string, args: readonly string[], folder = '.', settings = {}): Promise<string> {
    return output(join(this.directory, 'node_modules/.bin', program), args, join(this.directory, folder), settings);
  }

  /** Runs the app of a folder as the CDK does. Its `cdk.json` names the command. */
  async synthesize(folder: string, context: Readonly<Record<string, unknown>> = TENANT): Promise<Assembly> {
    const directory = join(this.directory, folder);
    const { app, context: own = {} } = JSON.parse(await readFile(join(directory, 'cdk.json'), 'utf8'));
    const assembly = await mkdtemp(join(directory, 'assembly-'));
    const CDK_CONTEXT_JSON = JSON.stringify({ ...own, ...context });
    await output('sh', ['-c', app], directory, { CDK_OUTDIR: assembly, CDK_CONTEXT_JSON });
    return readAssembly(assembly);
  }
}

export async function readAssembly(directory: string): Promise<Assembly> {
  const { artifacts } = JSON.parse(await readFile(join(directory, 'manifest.json'), 'utf8'));
  const stacks = Object.entries<{ type: string; properties: { templateFile: string } }>(artifacts).filter(
    ([, { type }]) => type === 'aws:cloudformation:stack',
  );
  const templates = new Map<string, string>();
  const assets: string[] = [];
  for (const [name, { properties }] of stacks) {
    templates.set(name, await readFile(join(directory, properties.templateFile), 'utf8'));
    const manifest = JSON.parse(await readFile(join(directory, `${name}.assets.json`), 'utf8'));
    assets.push(...Object.keys(manifest.files));
  }
  return { directory, templates, assets };
}
