/** `asp tail`: follows the log of a deployment, and prints the decisions of its authorizer as they happen. */
import { DEFAULTS } from '../../config/defaults.ts';
import { CodedError } from '../../core/errors.ts';
import type { Command, Context } from '../command.ts';
import { CliError, usageError } from '../errors.ts';
import { EXIT } from '../exit-code.ts';
import { printable, printableJson } from '../printable.ts';
import { waitFor } from '../progress.ts';
import { parseDuration } from '../tail/duration.ts';
import { filterOf } from '../tail/log-filter.ts';
import { LogFollower } from '../tail/log-follower.ts';
import { type LogLine, linesOf, PHRASE } from '../tail/log-record.ts';
import { LineDisplay } from '../tail/show-lines.ts';

const AUTHORIZER_OUTPUT = 'AuthorizerFunctionArn';
const APP_PASSWORDS_OUTPUT = 'AppPasswordsFunctionArn';
const INTERVAL_MS = 2000;
/** After a failure that may pass: 4, 8, 16, 32, 60, 60 and 60 s. */
const LONGEST_WAIT_MS = 60_000;
const MOST_FAILURES = 7;

export const tail: Command = {
  name: 'tail',
  summary: 'Follow the log of a deployment: what its authorizer decides, and why',
  operands: '',
  mostOperands: 0,
  description:
    "Prints a line for each decision as it happens, and for each app specific password that a user makes or deletes with\nthe self-service API. Times are UTC. HTTP is what the caller gets; 200 stands for any response of the API. HIT says\nwhether the principal was cached. Decisions that the gateway has cached do not reach the log. SUB is the beginning of\nthe digest of the user's id. AWS credentials and region come from the environment (AWS_PROFILE, AWS_REGION).",
  options: {
    reason: {
      type: 'string',
      multiple: true,
      placeholder: 'CODE',
      summary: 'only decisions with this reason code, or allowed; may be repeated',
    },
    outcome: {
      type: 'string',
      multiple: true,
      placeholder: 'OUTCOME',
      summary: 'only allow, deny, unauthenticated or unavailable; may be repeated',
    },
    sub: {
      type: 'string',
      placeholder: 'ID',
      summary: "only this user: the id, such as auth0|1234, or its digest's start",
    },
    since: { type: 'string', placeholder: 'TIME', summary: 'begin this long ago: 30s, 10m, 2h, 1d (now)' },
    once: { type: 'boolean', summary: 'end after what has been logged so far' },
    explain: { type: 'boolean', summary: 'show the meaning of each reason code, and the details in the log' },
    stack: {
      type: 'string',
      placeholder: 'NAME',
      summary: `the deployed stack (stackPrefix, ${DEFAULTS.stackPrefix})`,
    },
    function: {
      type: 'string',
      multiple: true,
      placeholder: 'NAME',
      summary: 'name or ARN of a function to follow, instead of --stack; may be repeated',
    },
  },
  examples: [
    { purpose: 'the stack that cdk.json names', line: 'asp tail' },
    {
      purpose: 'what a user called in the last hour',
      line: "asp tail --since 1h --once --sub 'auth0|1234' --explain",
    },
    {
      purpose: 'outages, for a program',
      line: 'asp tail --outcome unavailable --json | jq .reason',
    },
  ],
  run: async (context) => {
    const isWanted = filterOf(context.args);
    const fromMs = context.ports.clock() - sinceMs(context);
    const followers = await openFollowers(context, fromMs);
    const show = displayOf(context);
    try {
      await follow(followers, context, async (line) => {
        if (isWanted(line)) for (const text of show(line)) await context.ports.terminal.deliver(text);
      });
    } catch (error) {
      if (!isClosedPipe(error)) throw error;
    }
    return EXIT.done;
  },
};

function sinceMs({ args }: Context): number {
  const text = args.text('since');
  if (text === undefined) return 0;
  const milliseconds = parseDuration(text);
  if (milliseconds !== undefined) return milliseconds;
  throw usageError('The option --since is wrong. Expected a number with s, m, h or d, such as 10m.');
}

async function openFollowers(context: Context, fromMs: number): Promise<readonly LogFollower[]> {
  const { ports } = context;
  const functions = await findFunctions(context);
  const open = async (functionName: string) => {
    const logGroup = await waitFor('AWS Lambda', () => ports.findLogGroup(functionName), ports);
    ports.terminal.note(printable(`Following the log group ${logGroup} …`));
    return new LogFollower(ports.readLogEvents, { logGroup, phrase: PHRASE }, { fromMs, clock: ports.clock });
  };
  return Promise.all(functions.map(open));
}

/** The authorizer, and the self-service API for app specific passwords if the stack has it. */
async function findFunctions({ args, ports, settings }: Context): Promise<readonly string[]> {
  const named = args.texts('function');
  if (named.length > 0) return named;
  const stack = args.text('stack') === undefined ? settings.require('stack') : args.required('stack');
  ports.terminal.note(printable(`Looking for the authorizer in the stack ${stack} …`));
  const read = () => ports.readStackOutput(stack, AUTHORIZER_OUTPUT);
  const authorizer = await waitFor('CloudFormation', read, ports);
  const appPasswords = await ports.findStackOutput(stack, APP_PASSWORDS_OUTPUT);
  return appPasswords === undefined ? [authorizer] : [authorizer, appPasswords];
}

/** Reads the logs again and again, until Ctrl-C. A failure that may pass is reported, and then tried again with growing waits. */
async function follow(
  followers: readonly LogFollower[],
  { args, ports, interruption }: Context,
  onLine: (line: LogLine) => Promise<void>,
): Promise<void> {
  const unlessInterrupted = <Result>(work: Promise<Result>) => Promise.race([work, interruption.happened]);
  let failures = 0;
  for (;;) {
    try {
      await unlessInterrupted(readAll(followers, onLine));
      if (args.flag('once')) return;
      failures = 0;
    } catch (error) {
      failures += 1;
      if (!isBusy(error) || failures > MOST_FAILURES) throw error;
      ports.terminal.note(printable(`${error.message} Trying again in ${waitMs(failures) / 1000} s.`));
    }
    await unlessInterrupted(ports.sleep(waitMs(failures)));
  }
}

async function readAll(followers: readonly LogFollower[], onLine: (line: LogLine) => Promise<void>): Promise<void> {
  for (const follower of followers) {
    for await (const events of follower.newEvents()) {
      for (const line of events.flatMap(linesOf)) await onLine(line);
    }
  }
}

function waitMs(failures: number): number {
  return Math.min(INTERVAL_MS * 2 ** failures, LONGEST_WAIT_MS);
}

function isBusy(error: unknown): error is CodedError<string> {
  return error instanceof CodedError && error.code === 'logs_busy';
}

/** Whether the reader has ended, such as `head`. Then there is nothing left to do. */
function isClosedPipe(error: unknown): boolean {
  return error instanceof CliError && error.code === 'output_unusable' && error.message.includes('EPIPE');
}

function displayOf({ args, ports, isJson }: Context): (line: LogLine) => readonly string[] {
  if (isJson) return (line) => [printableJson(line)];
  const display = new LineDisplay(ports.terminal.style, { explains: args.flag('explain') });
  return (line) => display.textsFor(line);
}
