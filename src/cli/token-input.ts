/** Gets the token to look at: from a prompt or standard input, so that nobody else sees it. */
import type { Context } from './command.ts';
import { usageError } from './errors.ts';

/** Reads one token. Never repeats it. @throws CliError `usage` if what came is none */
export async function readToken({ args, ports: { terminal } }: Pick<Context, 'args' | 'ports'>): Promise<string> {
  const [operand] = args.positionals;
  if (operand !== undefined && operand !== '-') {
    terminal.note(
      'Warning: a token on the command line is seen by others on this machine (ps, shell history). Leave it out and be asked, or use standard input.',
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
      'What came is no token: it holds white space or characters outside ASCII. Expected the token alone, without "Bearer".',
    );
  }
  return token;
}
