/** Reads the token from a prompt or from standard input, so that nobody else sees it. */
import type { Context } from './command.ts';
import { usageError } from './errors.ts';

/** Reads one token. Messages never repeat it. @throws CliError `usage` if the input is not a token */
export async function readToken({ args, ports: { terminal } }: Pick<Context, 'args' | 'ports'>): Promise<string> {
  const [operand] = args.positionals;
  if (operand !== undefined && operand !== '-') {
    terminal.note(
      'Warning: others on this machine can see a token on the command line (ps, shell history). Leave it out to be asked, or use standard input.',
    );
    return assertToken(operand);
  }
  const isTyped = operand === undefined && terminal.canAsk;
  if (isTyped) return assertToken(await terminal.ask('Token (not shown): ', true));
  if (!terminal.hasInput) throw usageError('There is no token on standard input. Expected one from a pipe or file.');
  return assertToken(await terminal.readInput());
}

function assertToken(text: string): string {
  const token = text.trim();
  if (token === '') throw usageError('Got no token. Expected a JWT, an opaque token or an app specific password.');
  if (!/^[\x21-\x7E]+$/.test(token)) {
    throw usageError(
      'The input is not a token: it contains white space or characters outside ASCII. Expected the token alone, without "Bearer".',
    );
  }
  return token;
}
