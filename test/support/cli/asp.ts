/** Runs `asp` in this process, with a terminal in memory, a clock that only `sleep` moves, and files in a temporary directory. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { composeAuthorizer } from '../../../src/authorizer/compose.ts';
import { interrupted } from '../../../src/cli/errors.ts';
import type { Ports } from '../../../src/cli/ports.ts';
import { runAsp } from '../../../src/cli/run.ts';
import { createStyle } from '../../../src/cli/style.ts';
import type { Terminal } from '../../../src/cli/terminal.ts';
import { createHttpsClient } from '../../../src/http/https-client.ts';

export const START_MS = Date.parse('2026-11-22T12:00:00Z');
export const CTRL_C = Symbol('Ctrl-C');

export interface AspOptions {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** The text on standard input; absent: standard input is a terminal. */
  readonly input?: string;
  /** The text typed at each prompt; absent: there is no terminal to ask on. */
  readonly answers?: readonly (string | typeof CTRL_C)[];
  readonly ports?: Partial<Ports>;
}

export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The prompts, and whether they hid the typed text. */
  readonly questions: readonly { readonly question: string; readonly isSecret: boolean }[];
}

/** A place to run `asp` in, with the secrets that must never be shown. */
export interface Workshop {
  readonly directory: string;
  readonly clock: { ms: number };
  /** No later output may contain a text that is added here. */
  readonly secrets: Set<string>;
  write(file: string, text: string): void;
  asp(args: readonly string[], options?: AspOptions): Promise<Run>;
}

const http = createHttpsClient();

export function openWorkshop(environment: Readonly<Record<string, string>> = {}): Workshop {
  const directory = mkdtempSync(join(tmpdir(), 'asp-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const clock = { ms: START_MS };
  const secrets = new Set<string>();
  return {
    directory,
    clock,
    secrets,
    write: (file, text) => writeFileSync(join(directory, file), text),
    asp: async (args, options = {}) => {
      const seen = { stdout: '', stderr: '', questions: [] as { question: string; isSecret: boolean }[] };
      const ports: Ports = {
        terminal: memoryTerminal(seen, options),
        http: http.send,
        clock: () => clock.ms,
        sleep: async (milliseconds) => {
          clock.ms += milliseconds;
        },
        random: () => 0.5,
        uniqueId: () => crypto.randomUUID(),
        setTimer: () => () => {},
        lookUpHost: async () => {},
        readSecretKeys: async () => {
          throw new Error('This test has no AWS.');
        },
        readStackOutput: async () => {
          throw new Error('This test has no AWS.');
        },
        findStackOutput: async () => {
          throw new Error('This test has no AWS.');
        },
        findLogGroup: async () => {
          throw new Error('This test has no AWS.');
        },
        readLogEvents: async () => {
          throw new Error('This test has no AWS.');
        },
        invokeFunction: async () => {
          throw new Error('This test has no AWS.');
        },
        sendToQueue: async () => {
          throw new Error('This test has no AWS.');
        },
        composeAuthorizer,
        environment: { ...environment, ...options.environment },
        version: '1.2.3',
        directory,
        onInterrupt: () => () => {},
        ...options.ports,
      };
      const code = await runAsp(args, ports);
      for (const secret of secrets) expect(`${seen.stdout}${seen.stderr}`).not.toContain(secret);
      return { code, ...seen };
    },
  };
}

interface Seen {
  stdout: string;
  stderr: string;
  readonly questions: { question: string; isSecret: boolean }[];
}

function memoryTerminal(seen: Seen, { input, answers }: AspOptions): Terminal {
  const left = [...(answers ?? [])];
  return {
    print: (line) => {
      seen.stdout += `${line}\n`;
    },
    deliver: async (line) => {
      seen.stdout += `${line}\n`;
    },
    note: (line) => {
      seen.stderr += `${line}\n`;
    },
    style: createStyle(false),
    canAsk: answers !== undefined,
    ask: async (question, isSecret) => {
      seen.questions.push({ question, isSecret });
      const answer = left.shift();
      if (answer === undefined) throw new Error(`Unexpected prompt: ${question}`);
      if (typeof answer === 'symbol') throw interrupted();
      return answer;
    },
    hasInput: input !== undefined,
    readInput: async () => input ?? '',
  };
}
