import { beforeEach, describe, expect, it } from 'vitest';
import { AwsError } from '../../../src/aws/errors.ts';
import type { Ports } from '../../../src/cli/ports.ts';
import { type AspOptions, openWorkshop } from '../../support/cli/asp.ts';

const QUEUE = 'https://sqs.eu-west-1.amazonaws.com/111122223333/Revocations';
const USER = ['--user', 'auth0|1234'];

let calls: unknown[];

beforeEach(() => {
  calls = [];
});

const ports = {
  readStackOutput: async (...names) => {
    calls.push(names);
    return QUEUE;
  },
  sendToQueue: async (url, body) => void calls.push([url, JSON.parse(body)]),
} satisfies Partial<Ports>;

const run = (args: readonly string[], options: AspOptions = {}) =>
  openWorkshop().asp(['revoke', ...args], { ...options, ports: { ...ports, ...options.ports } });

const message = (kind: string) => [QUEUE, { version: 1, subject: 'auth0|1234', kind }];

describe('asp revoke', () => {
  it('sends a mark for everything of the user to the queue of the stack', async () => {
    const { code, stdout, stderr } = await run(USER);
    expect(code).toBe(0);
    expect(calls).toEqual([['Auth0Authorizer', 'RevocationQueueUrl'], message('all')]);
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /^Looking for the revocation queue in the stack Auth0Authorizer …\nSent the revocation of auth0\|1234\. Everything that is cached/,
    );
  });

  it('leaves the time to the queue, because the clock of this machine may be wrong', async () => {
    await run([...USER, '--queue', QUEUE]);
    expect(JSON.stringify(calls)).not.toContain('timeMs');
  });

  it.each<[string, readonly string[], AspOptions]>([
    ['--queue', ['--queue', QUEUE, '--stack', 'Mine'], {}],
    ['the environment', [], { environment: { ASP_REVOCATION_QUEUE: QUEUE } }],
  ])('finds the queue by %s', async (_, args, options) => {
    await run([...USER, ...args, '--kind', 'introspected'], options);
    expect(calls).toEqual([message('introspected')]);
  });

  it('prefers a stack on the command line to a queue from the environment', async () => {
    await run([...USER, '--stack', 'Mine'], { environment: { ASP_REVOCATION_QUEUE: 'https://other.example/1/2' } });
    expect(calls).toEqual([['Mine', 'RevocationQueueUrl'], message('all')]);
  });

  it('prints one JSON object', async () => {
    const { stdout } = await run([...USER, '--queue', QUEUE, '--json']);
    expect(stdout).toBe('{"user":"auth0|1234","kind":"all","revocation":"sent"}\n');
  });

  it('fails if the message cannot be sent', async () => {
    const sendToQueue = () => Promise.reject(new AwsError('queue_unwritable', 'got AccessDenied'));
    expect(await run(USER, { ports: { sendToQueue } })).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('got AccessDenied'),
    });
  });

  it.each<[string, readonly string[], RegExp]>([
    ['no user', [], /The option --user is missing/],
    ['a user of two lines', ['--user', 'auth0|1\nCANARY'], /--user is not a user id/],
    ['another kind', [...USER, '--kind', 'CANARY'], /--kind is wrong\. Expected introspected or all/],
    ['a queue without TLS', [...USER, '--queue', 'http://sqs.example/1/2'], /not the URL of a queue/],
    ['the name of a queue', [...USER, '--queue', 'Revocations'], /not the URL of a queue/],
  ])('refuses %s, and sends nothing', async (_, args, expected) => {
    const { code, stderr } = await run(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(expected);
    expect(stderr).not.toContain('CANARY');
    expect(calls.filter((call) => Array.isArray(call) && call[0] === QUEUE)).toEqual([]);
  });
});
