/** Runs one command line: finds the command, opens the settings, and turns the outcome into messages and an exit code. */
import { looksLikeApplicationPassword } from '../core/application-password.ts';
import { CodedError } from '../core/errors.ts';
import { nearestNames } from '../core/nearest-names.ts';
import { asksForHelp, parseArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { COMMAND_GROUPS, COMMANDS } from './commands.ts';
import { describeError } from './describe-error.ts';
import { usageError } from './errors.ts';
import { EXIT, type ExitCode, exitCodeOf } from './exit-code.ts';
import { commandHelp, generalHelp } from './help.ts';
import { Interruption } from './interruption.ts';
import { GENERAL_OPTIONS } from './options.ts';
import type { Ports } from './ports.ts';
import { openSources } from './setting-sources.ts';
import { Settings } from './settings.ts';
import { table } from './table.ts';

/**
 * Runs `asp`.
 *
 * @param args the arguments after `asp`
 * @returns the exit code; errors are reported on standard error
 */
export async function runAsp(args: readonly string[], ports: Ports): Promise<ExitCode> {
  try {
    assertTlsIsOn(ports);
    return await dispatch(args, ports);
  } catch (error) {
    reportError(error, args.includes('--json'), ports);
    return exitCodeOf(error);
  }
}

/** Without this check, the client's secret could be sent to anybody who poses as the tenant. */
function assertTlsIsOn({ environment }: Ports): void {
  if (environment.NODE_TLS_REJECT_UNAUTHORIZED !== '0') return;
  throw usageError(
    'NODE_TLS_REJECT_UNAUTHORIZED=0 turns off the check of certificates, and asp never runs without it. Unset it. To trust your own certificate authority, set NODE_EXTRA_CA_CERTS to its file.',
  );
}

async function dispatch([name = '', ...rest]: readonly string[], ports: Ports): Promise<ExitCode> {
  const { print, note } = ports.terminal;
  const [topic] = rest;
  if (name === '--version') {
    print(ports.version);
    return EXIT.done;
  }
  if (name === 'help' && topic !== undefined && !asksForHelp(rest)) return dispatch([topic, '--help'], ports);
  if (name === '' || name === 'help' || asksForHelp([name])) {
    (name === '' ? note : print)(generalHelp(COMMAND_GROUPS));
    return name === '' ? EXIT.usage : EXIT.done;
  }
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (!command) throw unknownCommand(name);
  if (asksForHelp(rest)) {
    print(commandHelp(command));
    return EXIT.done;
  }
  return execute(command, rest, ports);
}

async function execute(command: Command, rest: readonly string[], ports: Ports): Promise<ExitCode> {
  const args = parseArguments(rest, { ...command.options, ...GENERAL_OPTIONS }, command.mostOperands);
  const settings = new Settings(openSources(args, ports.environment, ports.directory));
  if (args.flag('verbose')) showSettings(settings, ports);
  const interruption = new Interruption(() =>
    ports.terminal.note('Finishing the current step, so that nothing is lost. Press Ctrl-C again to stop at once.'),
  );
  const stopListening = ports.onInterrupt(() => interruption.press());
  try {
    const work = command.run({ args, settings, ports, interruption, isJson: args.flag('json') });
    return await Promise.race([work, interruption.happened]);
  } finally {
    stopListening();
  }
}

function showSettings(settings: Settings, { terminal }: Ports): void {
  const rows = settings.shown().map(({ name, value, source }) => [`  ${name}`, value, source]);
  for (const line of ['Settings:', ...table(rows)]) terminal.note(line);
}

function unknownCommand(name: string) {
  if (name.startsWith('-'))
    return usageError('The command comes first: asp COMMAND [OPTIONS]. "asp --help" lists the commands.');
  const names = COMMANDS.map((command) => command.name);
  const nearest = nearestNames(name, names, 1).map((found) => `; the nearest is ${found}`);
  // Do not repeat what cannot be the name of a command: it may be a secret in the wrong place.
  const isPlausible = /^[a-z-]{1,16}$/.test(name) && !looksLikeApplicationPassword(name);
  const got = isPlausible ? `There is no command ${name}` : 'The first argument is not a command';
  return usageError(`${got}${nearest.join('')}. "asp --help" lists the commands.`);
}

function reportError(error: unknown, isJson: boolean, { terminal }: Ports): void {
  const message = describeError(error);
  const code = error instanceof CodedError ? error.code : 'internal';
  terminal.note(isJson ? JSON.stringify({ error: { code, message } }) : message);
}
