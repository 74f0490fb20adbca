import { describe, expect, it } from 'vitest';
import { AwsError } from '../../../../src/aws/errors.ts';
import { CliError } from '../../../../src/cli/errors.ts';
import type { LogEvent, Ports } from '../../../../src/cli/ports.ts';
import { wordsOf } from '../../../../src/cli/reason-words.ts';
import { createStyle } from '../../../../src/cli/style.ts';
import { linesOf } from '../../../../src/cli/tail/log-record.ts';
import { LineDisplay } from '../../../../src/cli/tail/show-lines.ts';
import { subjectDigest } from '../../../../src/core/principal.ts';
import { openWorkshop, START_MS } from '../../../support/cli/asp.ts';

const SUBJECT = 'auth0|1234';
const DIGEST = subjectDigest(SUBJECT);

let count = 0;
function logged(record: object, timeMs = START_MS): LogEvent {
  count += 1;
  return { id: String(count), timeMs, message: JSON.stringify(record) };
}

const decision = (more: object = {}) => ({
  event: 'authorization_decision',
  outcome: 'allow',
  reason: 'allowed',
  kind: 'opaque',
  method: 'GET',
  resourcePath: '/foo',
  sub: DIGEST,
  cacheHit: false,
  durationMs: 112,
  ...more,
});
const REFUSAL = {
  outcome: 'unauthenticated',
  reason: 'token_expired',
  kind: 'jwt',
  sub: undefined,
  message: 'It expired 3 s ago.',
};
const CREATED = { event: 'app_password', action: 'create', outcome: 'created', sub: DIGEST, passwordId: 'asp_1' };
const TOO_OLD = { event: 'app_password', action: 'list', outcome: 'refused', sub: undefined, code: 'login_too_old' };

/** Runs `asp tail` against logs in memory, by the name of their group. */
async function run(
  args: readonly string[],
  logs: Readonly<Record<string, readonly (LogEvent | Error)[]>> = {},
  ports: Partial<Ports> = {},
) {
  const waitedMs: number[] = [];
  const looked: string[] = [];
  const left = new Map(Object.entries(logs).map(([name, events]) => [name, [...events]]));
  const workshop = openWorkshop();
  const ended = await workshop.asp(['tail', ...args], {
    ports: {
      readStackOutput: async (stack, output) => {
        looked.push(`${stack}/${output}`);
        return 'authorizer';
      },
      findStackOutput: async () => ('app-passwords' in logs ? 'app-passwords' : undefined),
      findLogGroup: async (name) => name,
      readLogEvents: async ({ logGroup, fromMs }) => {
        const events = left.get(logGroup) ?? [];
        if (events[0] instanceof Error) throw events.shift();
        const found = events.splice(0).flatMap((found) => (found instanceof Error ? [] : [found]));
        return { events: found.filter(({ timeMs }) => timeMs >= fromMs), nextToken: undefined };
      },
      sleep: async (milliseconds) => void waitedMs.push(milliseconds),
      ...ports,
    },
  });
  return { ...ended, waitedMs, looked, lines: ended.stdout.split('\n').filter((line) => line !== '') };
}

describe('asp tail', () => {
  it('prints a line for each decision, in columns that fit a terminal', async () => {
    const authorizer = [
      logged(decision()),
      logged(decision({ outcome: 'deny', reason: 'scope_missing', method: 'DELETE', cacheHit: true, durationMs: 1 })),
      logged(decision(REFUSAL)),
      logged(decision({ outcome: 'unavailable', reason: 'issuer_throttled', sub: undefined, kind: 'basic' })),
      logged({ event: 'other' }),
    ];
    const { code, lines, stderr, looked } = await run(['--once'], { authorizer });
    expect(code).toBe(0);
    expect(lines).toEqual([
      '2026-11-22 (UTC)',
      'TIME      HTTP REASON               KIND      MS HIT SUB      ROUTE',
      `12:00:00Z 200  allowed              opaque   112 -   ${DIGEST.slice(0, 8)} GET /foo`,
      `12:00:00Z 403  scope_missing        opaque     1 yes ${DIGEST.slice(0, 8)} DELETE /foo`,
      '12:00:00Z 401  token_expired        jwt      112 -   -        GET /foo',
      '12:00:00Z 503  issuer_throttled     basic    112 -   -        GET /foo',
    ]);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    expect(looked).toEqual(['Auth0Authorizer/AuthorizerFunctionArn']);
    expect(stderr).toContain('Following the log group authorizer …');
  });

  it('follows the log of the self-service API as well, if the stack has it', async () => {
    const { lines } = await run(['--once'], { authorizer: [], 'app-passwords': [logged(CREATED), logged(TOO_OLD)] });
    expect(lines.slice(2)).toEqual([
      `12:00:00Z -    app_password_created -          - -   ${DIGEST.slice(0, 8)} asp_1`,
      '12:00:00Z -    app_password_refused -          - -   -        list login_too_old',
    ]);
  });

  it('explains a reason, with the details of the log', async () => {
    const { lines } = await run(['--once', '--explain'], {
      authorizer: [logged(decision(REFUSAL)), logged(decision())],
    });
    expect(lines.slice(3, 4)).toEqual(['  it has expired: It expired 3 s ago.']);
    expect(lines).toHaveLength(5);
  });

  it('takes the whole id of a user, not the beginning of another', async () => {
    const authorizer = ['auth0|12345', SUBJECT, DIGEST].map((sub) => logged(decision({ sub })));
    const subjects = async (sub: string) => {
      const { lines } = await run(['--once', '--json', '--sub', sub], { authorizer });
      return lines.map((line) => JSON.parse(line).sub);
    };
    expect(await subjects(SUBJECT)).toEqual([SUBJECT, DIGEST]);
    expect(await subjects(DIGEST.slice(0, 8))).toEqual([DIGEST]);
  });

  it('escapes in JSON what a terminal would obey', async () => {
    const route = '/\u009B31m\u202E\u{E0001}';
    const { lines } = await run(['--once', '--json'], { authorizer: [logged(decision({ resourcePath: route }))] });
    expect(lines[0]).toContain('/\\u009b31m\\u202e\\udb40\\udc01');
    expect(JSON.parse(lines[0] ?? '').route).toBe(route);
  });

  it('finds a line after a text with a brace', async () => {
    const { timeMs, ...event } = logged(decision());
    const authorizer = [{ ...event, timeMs, message: `INFO {request} ${event.message}` }];
    expect((await run(['--once', '--json'], { authorizer })).lines).toHaveLength(1);
  });

  it('prints one JSON object on a line', async () => {
    const { lines } = await run(['--once', '--json'], { authorizer: [logged(decision()), logged(CREATED)] });
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ time: '2026-11-22T12:00:00.000Z', outcome: 'allow', route: '/foo', message: null }),
      expect.objectContaining({ event: 'app_password', outcome: 'created', passwordId: 'asp_1', code: null }),
    ]);
  });

  it.each<[string, readonly string[], readonly string[]]>([
    ['a reason', ['--reason', 'token_expired'], ['token_expired']],
    ['several reasons', ['--reason', 'token_expired', '--reason', 'allowed'], ['allowed', 'token_expired']],
    ['an outcome', ['--outcome', 'allow'], ['allowed']],
    ['the code of a problem', ['--reason', 'login_too_old'], ['refused']],
    ['a user', ['--sub', SUBJECT], ['allowed', 'created']],
    ['the digest of a user', ['--sub', DIGEST], ['allowed', 'created']],
    ['the beginning of the digest', ['--sub', DIGEST.slice(0, 8)], ['allowed', 'created']],
    ['a beginning that is too short', ['--sub', DIGEST.slice(0, 7)], []],
    ['another user', ['--sub', 'auth0|12345'], []],
  ])('chooses lines by %s', async (_, args, expected) => {
    const authorizer = [logged(decision()), logged(decision(REFUSAL)), logged(CREATED), logged(TOO_OLD)];
    const { lines } = await run(['--once', '--json', ...args], { authorizer });
    expect(lines.map((line) => JSON.parse(line)).map(({ reason, outcome }) => reason ?? outcome)).toEqual(expected);
  });

  it('finds a user whose id is in the log itself', async () => {
    const authorizer = [logged(decision({ sub: SUBJECT }))];
    const { lines } = await run(['--once', '--sub', SUBJECT], { authorizer });
    expect(lines.at(-1)).toContain(' auth0|1234 GET /foo');
  });

  it('begins now, or as long ago as told', async () => {
    const authorizer = [logged(decision(), START_MS - 1), logged(decision(), START_MS - 600_001)];
    expect((await run(['--once', '--json'], { authorizer })).lines).toHaveLength(0);
    expect((await run(['--once', '--json', '--since', '10m'], { authorizer })).lines).toHaveLength(1);
  });

  it('follows functions that are named, without a stack', async () => {
    const { lines, looked } = await run(['--once', '--json', '--function', 'a', '--function', 'b'], {
      a: [logged(decision())],
      b: [logged(CREATED)],
    });
    expect(lines).toHaveLength(2);
    expect(looked).toEqual([]);
  });

  it('makes text from outside printable', async () => {
    const authorizer = [
      logged(decision({ resourcePath: '/\u001b[2J', reason: 'a\u202eb' })),
      logged({ ...CREATED, passwordId: '\u202e"' }),
    ];
    const { stdout } = await run(['--once', '--explain'], { authorizer });
    for (const hidden of ['\u001b', '\u202e']) expect(stdout).not.toContain(hidden);
    expect(stdout).toContain('\\u{202e}');
  });

  it('continues until Ctrl-C, which ends it with 130', async () => {
    let press = () => {};
    const onInterrupt = (callback: () => void) => {
      press = callback;
      return () => {};
    };
    let polls = 0;
    const sleep = async () => {
      polls += 1;
      if (polls === 3) press();
    };
    const { code, lines } = await run(['--json'], { authorizer: [logged(decision())] }, { onInterrupt, sleep });
    expect({ code, polls, lines: lines.length }).toEqual({ code: 130, polls: 3, lines: 1 });
  });

  it('says that AWS is busy, waits longer each time, and loses nothing', async () => {
    const busy = () => new AwsError('logs_busy', 'got ThrottlingException.');
    const { code, lines, stderr, waitedMs } = await run(['--once', '--json'], {
      authorizer: [busy(), busy(), logged(decision())],
    });
    expect({ code, lines: lines.length, waitedMs }).toEqual({ code: 0, lines: 1, waitedMs: [4000, 8000] });
    expect(stderr).toContain('got ThrottlingException. Trying again in 4 s.');
  });

  it('gives up after about four minutes', async () => {
    const busy = Array.from({ length: 20 }, () => new AwsError('logs_busy', 'got TimeoutError.'));
    const { code, waitedMs } = await run([], { authorizer: busy });
    expect({ code, waitedMs }).toEqual({ code: 1, waitedMs: [4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000] });
  });

  it('ends at once if the credentials have expired', async () => {
    const expired = new AwsError('logs_unreadable', 'The AWS credentials are missing, wrong or expired.');
    const { code, stderr, waitedMs } = await run([], { authorizer: [expired] });
    expect({ code, waitedMs }).toEqual({ code: 1, waitedMs: [] });
    expect(stderr).toContain('expired');
  });

  it.each<[string, readonly string[], RegExp]>([
    ['a time in words', ['--since', 'yesterday'], /--since is wrong/],
    ['another outcome', ['--outcome', 'CANARY'], /--outcome is wrong/],
    ['a reason with a space', ['--reason', 'CANARY x'], /--reason is not a reason code/],
    ['an endless subject', ['--sub', 'CANARY'.repeat(100)], /--sub is too long/],
    ['an empty subject', ['--sub', ''], /--sub is missing/],
  ])('refuses %s', async (_, args, message) => {
    const { code, stderr } = await run(['--once', ...args]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('CANARY');
  });
});

describe('asp tail whose output cannot be written', () => {
  const endWith = async (systemCode: string) => {
    const workshop = openWorkshop();
    const terminal = {
      print: () => {},
      note: () => {},
      deliver: () => Promise.reject(new CliError('output_unusable', `cannot be written: ${systemCode}.`)),
      style: createStyle(false),
      canAsk: false,
      ask: async () => '',
      hasInput: false,
      readInput: async () => '',
    };
    const { code } = await workshop.asp(['tail'], {
      ports: {
        terminal,
        readStackOutput: async () => 'authorizer',
        findStackOutput: async () => undefined,
        findLogGroup: async () => 'group',
        readLogEvents: async () => ({ events: [logged(decision())], nextToken: undefined }),
      },
    });
    return code;
  };

  it('ends without an error if the reader has ended, such as head', async () => {
    expect(await endWith('EPIPE')).toBe(0);
  });

  it('fails if the disk is full', async () => {
    expect(await endWith('ENOSPC')).toBe(1);
  });
});

describe('the colours of a line', () => {
  it('show whether the call was let through', () => {
    const display = new LineDisplay(createStyle(true), { explains: false });
    const last = (record: object) =>
      linesOf(logged(record))
        .flatMap((line) => display.textsFor(line))
        .at(-1);
    expect(last(decision())).toContain('\u001b[32m200 \u001b[39m');
    expect(last(decision(REFUSAL))).toContain('\u001b[31m401 \u001b[39m');
  });
});

describe('the words of a reason', () => {
  it('exist for 401, 403 and 503, and for no other text', () => {
    for (const reason of ['token_expired', 'scope_missing', 'issuer_timeout']) expect(wordsOf(reason)).toMatch(/ /);
    for (const reason of ['allowed', 'constructor', '']) expect(wordsOf(reason)).toBeUndefined();
  });
});
