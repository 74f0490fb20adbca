/** The terminal of this process: its standard input, output and error. */
import type { Readable, Writable } from 'node:stream';
import { CliError, usageError } from './errors.ts';
import { ask } from './prompt.ts';
import { systemCode } from './read-text-file.ts';
import type { Variables } from './setting-sources.ts';
import { createStyle, wantsColor } from './style.ts';
import type { Terminal } from './terminal.ts';

type Device<Stream> = Stream & { readonly isTTY?: boolean };

export interface Streams {
  readonly stdin: Device<Readable>;
  readonly stdout: Device<Writable>;
  readonly stderr: Device<Writable>;
}

/** Far longer than any token. */
const MOST_INPUT_BYTES = 65_536;

export function createProcessTerminal({ stdin, stdout, stderr }: Streams, environment: Variables): Terminal {
  const isTyped = stdin.isTTY === true;
  return {
    print: (line) => void stdout.write(`${line}\n`),
    deliver: (line) => deliver(stdout, `${line}\n`),
    note: (line) => void stderr.write(`${line}\n`),
    style: createStyle(wantsColor(stdout, environment)),
    canAsk: isTyped && stderr.isTTY === true,
    ask: (question, isSecret) => ask(stdin, stderr, question, isSecret),
    hasInput: !isTyped,
    readInput: () => readToEnd(stdin),
  };
}

function deliver(stdout: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stdout.write(text, (error) => (error ? reject(outputUnusable(error)) : resolve()));
  });
}

/** The error for a result that could not be written. */
export function outputUnusable(error: unknown): CliError {
  return new CliError(
    'output_unusable',
    `The result cannot be written to standard output: ${systemCode(error)}. Check where the output goes, then run the command again.`,
  );
}

async function readToEnd(stdin: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stdin) {
    const buffer = Buffer.from(chunk);
    bytes += buffer.length;
    if (bytes > MOST_INPUT_BYTES)
      throw usageError(`Got more than ${MOST_INPUT_BYTES} bytes on standard input. Expected one token.`);
    chunks.push(buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
