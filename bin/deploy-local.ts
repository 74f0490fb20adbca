/** `npm run deploy:local`: the CDK application deployed into an AWS emulator on this machine, until Ctrl-C. */
import { demonstrate } from '../local/demonstration.ts';
import { Deployment } from '../local/deployment/deployment.ts';
import { Interruptions } from '../local/deployment/interruptions.ts';
import { EmulatorUnavailable } from '../local/deployment/ministack-install.ts';
import { DEPLOY_USAGE, parseDeployOptions } from '../local/deployment/options.ts';
import { UsageError } from '../local/options.ts';
import { createStyle, type Style, wantsColor } from '../src/cli/style.ts';
import { ConfigurationError } from '../src/core/errors.ts';

const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;

const print = (line: string) => void process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const { help, contextPairs } = parseDeployOptions(process.argv.slice(2));
  if (help) return print(DEPLOY_USAGE);
  const interruptions = new Interruptions(new Error('Ended at once. It was all in memory: nothing is left.'));
  const deployment = await Deployment.prepare({
    contextPairs,
    environment: callersEnvironment(),
    report: print,
    signal: interruptions.second,
  });
  try {
    if (interruptions.hasCome) print('Ended before anything was deployed.');
    else await live(deployment, interruptions);
  } finally {
    await deployment.close();
  }
}

/** Deploys, waits for Ctrl-C, then destroys. A Ctrl-C during the deployment takes effect when the deployment has ended. */
async function live(deployment: Deployment, interruptions: Interruptions): Promise<void> {
  await deployment.deploy();
  if (!interruptions.hasCome) await demonstrate(await deployment.demoTarget(), print, style());
  await interruptions.first;
  const isAsBefore = await deployment.destroy();
  print(isAsBefore ? 'Destroyed. The tenant is byte for byte as it was before.' : 'Destroyed. THE TENANT HAS CHANGED.');
}

function style(): Style {
  // biome-ignore lint/style/noProcessEnv: NO_COLOR is there.
  return createStyle(wantsColor(process.stdout, process.env));
}

function callersEnvironment(): Readonly<Record<string, string>> {
  // biome-ignore lint/style/noProcessEnv: pip's own settings are there.
  return Object.fromEntries(Object.entries(process.env).map(([name, value]) => [name, value ?? '']));
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  const isForUser = [UsageError, EmulatorUnavailable, ConfigurationError].some((kind) => error instanceof kind);
  process.exitCode = isForUser ? EXIT_USAGE : EXIT_FAILURE;
});
