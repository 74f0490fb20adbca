/** Asks for one line at a terminal. Shows nothing while a secret is typed, and always restores the terminal. */
import { createInterface } from 'node:readline';
import { type Readable, Writable } from 'node:stream';
import { interrupted } from './errors.ts';

/**
 * Asks a question. The terminal is in raw mode until the user has replied, so Ctrl-C arrives here and not as a signal.
 *
 * @throws CliError `interrupted` on Ctrl-C, Ctrl-D or the end of the input
 */
export function ask(input: Readable, output: Writable, question: string, isSecret: boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    const shown = isSecret ? nowhere() : output;
    const lines = createInterface({ input, output: shown, terminal: true, historySize: 0 });
    let answer: string | undefined;
    lines.once('line', (line) => {
      answer = line;
      lines.close();
    });
    lines.once('SIGINT', () => lines.close());
    // Ctrl-D and the end of the input arrive as `close` too.
    lines.once('close', () => {
      if (isSecret || answer === undefined) output.write('\n');
      if (answer === undefined) reject(interrupted());
      else resolve(answer);
    });
    if (isSecret) output.write(question);
    lines.setPrompt(question);
    lines.prompt();
  });
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
