/**
 * AWS's runtime client for Lambda functions in Node (npm's `aws-lambda-ric`), the program that loads a handler on Lambda and
 * requests its invocations. Its C++ part sends the results; building it needs cmake, make, a C++ compiler and Python. If that is
 * not possible, a short stand-in sends the results; everything else is AWS's code.
 */
import { access } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../../../local/deployment/child-process.ts';
import { findNode24 } from './node24.ts';
import { installTool, lastLine, type ToolOptions } from './pinned-tool.ts';

/** How to start it; the environment names the handler. */
export interface LambdaRuntime {
  /** Node 24. */
  readonly execPath: string;
  readonly args: readonly string[];
}

const BUILD_TIMEOUT_MS = 300_000;
const STAND_IN = fileURLToPath(new URL('../lambda-runtime/native-client.cjs', import.meta.url));

/**
 * Makes sure that the runtime client and Node 24 are installed.
 *
 * @throws ToolUnavailable
 */
export async function installLambdaRuntime(options: ToolOptions): Promise<LambdaRuntime> {
  const { execPath } = await findNode24(options);
  const build = (directory: string) => buildNativePart(packageIn(directory), execPath, options);
  const description = "AWS's Lambda runtime client (builds for up to a minute)";
  const directory = packageIn(await installTool({ name: 'lambda-runtime', description, build }, options));
  const isNative = await exists(join(directory, 'rapid-client.node'));
  if (!isNative) options.report("AWS's Lambda runtime client runs without its part in C++, which could not be built.");
  const client = join(directory, 'index.mjs');
  return { execPath, args: isNative ? [client] : ['--require', STAND_IN, client] };
}

/** Runs the package's own install scripts. A failure is only reported, because the stand-in can replace this part. */
async function buildNativePart(directory: string, execPath: string, options: ToolOptions): Promise<void> {
  const environment = {
    ...options.environment,
    PATH: [dirname(execPath), options.environment.PATH ?? ''].join(delimiter),
    ...(await headersOf(execPath)),
  };
  for (const script of ['scripts/preinstall.sh', 'scripts/postinstall.sh']) {
    const signal = AbortSignal.timeout(BUILD_TIMEOUT_MS);
    const ended = await run({ file: '/bin/sh', args: [script], environment, directory, signal });
    if (ended.exitCode === 0) continue;
    options.report(`Could not build its part in C++: ${lastLine(ended)}`);
    options.report('Install cmake, make, g++ and python3, delete .cache/lambda-runtime and run again to build it.');
    return;
  }
}

/** npm's Node comes with its headers; node-gyp would download them from elsewhere. */
async function headersOf(execPath: string): Promise<Readonly<Record<string, string>>> {
  const home = dirname(dirname(execPath));
  return (await exists(join(home, 'include', 'node', 'common.gypi'))) ? { npm_config_nodedir: home } : {};
}

function packageIn(directory: string): string {
  return join(directory, 'node_modules', 'aws-lambda-ric');
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
