/** `npm start`: a local tenant and a local API behind the authorizer, until Ctrl-C. */
import { describeDecision } from '../local/decision-line.ts';
import { type DemoTarget, demonstrate } from '../local/demonstration.ts';
import { type LocalEnvironment, startLocalEnvironment } from '../local/environment.ts';
import { JWKS_PATH } from '../local/gateway/api.ts';
import { AUDIENCE, parseStartOptions, type StartOptions, USAGE, UsageError, withoutConnect } from '../local/options.ts';
import { createStyle, wantsColor } from '../src/cli/style.ts';
import { pageTokensFault } from '../src/config/app-passwords.ts';
import { PROCESS_PORTS } from './process-ports.ts';

const EXIT_USAGE = 2;
const EXIT_FAILURE = 1;

async function main(): Promise<void> {
  // biome-ignore lint/style/noProcessEnv: PORT and TENANT_PORT are there.
  const options = parseStartOptions(process.argv.slice(2), process.env);
  if (options.help) {
    process.stdout.write(USAGE);
    return;
  }
  const details = new Details(!options.json);
  const local = await start(options, details);
  endOnSignal(local);
  if (options.json) process.stdout.write(`${JSON.stringify(local.ready)}\n`);
  else {
    // biome-ignore lint/style/noProcessEnv: NO_COLOR is there.
    const style = createStyle(wantsColor(process.stdout, process.env));
    await demonstrate(targetOf(local, options), (text) => details.printAfter(text), style);
    details.stopHolding();
  }
}

/** The lines of the log, on standard error so that standard output stays readable. Each follows the result that it explains. */
class Details {
  #held: string[] | undefined;

  constructor(isHolding: boolean) {
    if (isHolding) this.#held = [];
  }

  add(line: string): void {
    if (this.#held) this.#held.push(line);
    else process.stderr.write(`${line}\n`);
  }

  printAfter(result: string): void {
    process.stdout.write(`${result}\n`);
    for (const line of this.#held?.splice(0) ?? []) process.stderr.write(`${line}\n`);
  }

  stopHolding(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const line of held) this.add(line);
  }
}

function targetOf(local: LocalEnvironment, { configuration }: StartOptions): DemoTarget {
  const { ready, tenant, webSocketUrl, gatewaySecret, metadataUrl, inspectorUrl } = local;
  const principalJwksUrl = configuration.principalToken ? new URL(JWKS_PATH, ready.gateway).href : undefined;
  const routes = withoutConnect(configuration.routes);
  const { gateway } = ready;
  const refusesPage = pageTokensFault({ ...configuration, appPasswords: true }) !== undefined;
  const appPasswordsUrl = refusesPage ? undefined : ready.appPasswords;
  const urls = { gateway, webSocketUrl, metadataUrl, principalJwksUrl, appPasswordsUrl, inspectorUrl };
  return { ...configuration, ...urls, tenant, audience: AUDIENCE, routes, gatewaySecret };
}

async function start(options: StartOptions, details: Details): Promise<LocalEnvironment> {
  try {
    const log = (line: string) => details.add(options.json ? line : describeDecision(line));
    return await startLocalEnvironment(options, { log, clock: Date.now, setTimer: PROCESS_PORTS.setTimer });
  } catch (error) {
    if (isCode(error, 'EADDRINUSE') || isCode(error, 'EACCES')) {
      throw new UsageError(
        `A port is not available (${message(error)}). Set PORT, TENANT_PORT and APP_PASSWORDS_PORT to free ones, or to 0, and WEBSOCKET_PORT if it is set.`,
      );
    }
    throw error;
  }
}

function endOnSignal(local: LocalEnvironment): void {
  let isEnding = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (isEnding) return;
      isEnding = true;
      void local.close();
    });
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

main().catch((error: unknown) => {
  process.stderr.write(`${message(error)}\n`);
  process.exitCode = error instanceof UsageError ? EXIT_USAGE : EXIT_FAILURE;
});
