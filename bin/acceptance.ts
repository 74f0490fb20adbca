/** `npm run acceptance`: deploys to a real account and tenant, checks the main behaviour, and removes everything again. */
import { randomBytes } from 'node:crypto';
import { AWS } from '../local/acceptance/aws-ports.ts';
import { acceptanceConfiguration } from '../local/acceptance/configuration.ts';
import { readCredentials, secretsIn } from '../local/acceptance/credentials-file.ts';
import { Guide } from '../local/acceptance/guide.ts';
import { ACCEPTANCE_USAGE, type AcceptanceOptions, parseAcceptanceOptions } from '../local/acceptance/options.ts';
import type { AcceptancePorts } from '../local/acceptance/ports.ts';
import { reportAsJson, reportInWords } from '../local/acceptance/print-report.ts';
import { Redactor } from '../local/acceptance/redactor.ts';
import { Report } from '../local/acceptance/report.ts';
import { AcceptanceRun } from '../local/acceptance/run.ts';
import { CdkFailed, emulatorIn, Stacks } from '../local/acceptance/stacks.ts';
import { Interruptions } from '../local/deployment/interruptions.ts';
import { UsageError } from '../local/options.ts';
import { createSecretStore } from '../src/aws/secrets.ts';
import { EXIT } from '../src/cli/exit-code.ts';
import { createProcessTerminal } from '../src/cli/process-terminal.ts';
import type { Configuration } from '../src/config/configuration.ts';
import { readClientCredentials } from '../src/core/client-credentials.ts';
import { ConfigurationError } from '../src/core/errors.ts';
import { createHttpsClient } from '../src/http/https-client.ts';
import { connectManagement } from '../src/management/management-connection.ts';
import { PROCESS_PORTS } from './process-ports.ts';

// biome-ignore lint/style/noProcessEnv: the CDK and the AWS SDK take the user's credentials from it.
const environment = Object.fromEntries(Object.entries(process.env).map(([name, value]) => [name, value ?? '']));
const terminal = createProcessTerminal(process, environment);
/** Knows every secret of the run, so that no message contains one. */
const redactor = new Redactor();
const http = createHttpsClient(environment.NODE_USE_ENV_PROXY === '1' ? environment : undefined);

/** @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  const options = parseAcceptanceOptions(args);
  if (options.help) {
    terminal.print(ACCEPTANCE_USAGE);
    return EXIT.done;
  }
  const interruptions = new Interruptions(new CdkFailed('Ended at once, in the middle of a command of the CDK.'));
  void interruptions.first.then(() =>
    terminal.note(
      'Ctrl-C: the current step ends first, then what was created is removed. Press Ctrl-C again to exit at once.',
    ),
  );
  const report = await accept(options, interruptions);
  if (options.json) terminal.print(reportAsJson(report));
  else for (const line of reportInWords(report, terminal.style)) terminal.print(line);
  return report.isAsExpected ? EXIT.done : EXIT.failed;
}

async function accept(options: AcceptanceOptions, interruptions: Interruptions): Promise<Report> {
  const given = readCredentials(process.cwd(), options.credentialsFile);
  const { configuration, pairs } = await acceptanceConfiguration(options.contextPairs, randomBytes(3).toString('hex'));
  const { stackPrefix, issuer, audience, gatewayTtlSeconds } = configuration;
  redactor.add(...secretsIn(given));
  const ports = portsFor(configuration);
  const guide = new Guide(ports, options.yes, interruptions);
  const [, , , region = '', account = ''] = (await ports.aws.secretArn(configuration.managementSecret)).split(':');
  const report = new Report({ stackPrefix, issuer, audience, account, region }, (text) => redactor.redact(text));
  const stacks = new Stacks({
    environment: { ...environment, AWS_REGION: region },
    stackPrefix,
    pairs,
    gatewayTtlSeconds,
    signal: interruptions.second,
  });
  const isEmulated = emulatorIn(environment) !== undefined;
  const context = { ports, guide, report, redactor, configuration, isEmulated };
  await new AcceptanceRun(context, stacks, given).run();
  return report;
}

function portsFor(configuration: Configuration): AcceptancePorts {
  const secrets = createSecretStore();
  return {
    ...PROCESS_PORTS,
    terminal,
    http: http.send,
    aws: AWS,
    connect: async () => {
      const client = await readClientCredentials(secrets, configuration.managementSecret);
      if (client.clientSecret !== undefined) redactor.add(client.clientSecret);
      const tenantUrl = configuration.managementDomain ?? configuration.issuer;
      return connectManagement({ tenantUrl, client, http: http.send });
    },
    readPasswordClient: (secretId) => readClientCredentials(secrets, secretId),
  };
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  terminal.note(redactor.redact(error instanceof Error ? error.message : String(error)));
  const isForUser = error instanceof UsageError || error instanceof ConfigurationError;
  process.exitCode = isForUser ? EXIT.usage : EXIT.failed;
} finally {
  http.close();
}
