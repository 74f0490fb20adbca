import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { beforeEach, describe, expect, it } from 'vitest';
import { invokeFunction, readStackOutput } from '../../../src/aws/deployed-stack.ts';
import { createSecretVersions } from '../../../src/aws/secret-versions.ts';
import { everythingIn } from '../../support/core/errors.ts';

interface Sent {
  readonly headers: Readonly<Record<string, string>>;
  readonly path: string;
  readonly body: string;
}

interface Reply {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

let sent: Sent[];
let reply: Reply;

/** Replaces the network; the SDK does everything else. */
const requestHandler = {
  handle: async ({ headers, path, body }: Omit<Sent, 'body'> & { readonly body: string | Uint8Array }) => {
    sent.push({ headers, path, body: typeof body === 'string' ? body : new TextDecoder().decode(body) });
    return { response: { statusCode: reply.status, headers: { ...reply.headers }, body: Buffer.from(reply.body) } };
  },
};

const options = {
  region: 'eu-west-1',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' },
  maxAttempts: 1,
  requestHandler: requestHandler as never,
};

beforeEach(() => {
  sent = [];
  reply = { status: 200, body: '{}' };
});

describe('createSecretVersions', () => {
  const versions = createSecretVersions('arn:secret', new SecretsManagerClient(options));
  const operations = () =>
    sent.map(({ headers, body }) => [headers['x-amz-target']?.split('.').at(-1), JSON.parse(body)]);

  it('returns the labels of every version', async () => {
    reply = { status: 200, body: JSON.stringify({ VersionIdsToStages: { one: ['AWSCURRENT'], two: [] } }) };
    expect(await versions.stages()).toEqual(
      new Map<string, string[]>([
        ['one', ['AWSCURRENT']],
        ['two', []],
      ]),
    );
    expect(operations()).toEqual([['DescribeSecret', { SecretId: 'arn:secret' }]]);
  });

  it('reads one version by its id; a version without a value is undefined', async () => {
    reply = { status: 200, body: '{"SecretString":"value"}' };
    expect(await versions.read('one')).toBe('value');
    reply = { status: 400, body: '{"__type":"ResourceNotFoundException"}' };
    expect(await versions.read('two')).toBeUndefined();
    expect(operations()[0]).toEqual(['GetSecretValue', { SecretId: 'arn:secret', VersionId: 'one' }]);
  });

  it('adds a version as pending and never writes it twice', async () => {
    await versions.add('token', 'value');
    expect(operations()).toEqual([
      [
        'PutSecretValue',
        { SecretId: 'arn:secret', ClientRequestToken: 'token', SecretString: 'value', VersionStages: ['AWSPENDING'] },
      ],
    ]);
    reply = { status: 400, body: '{"__type":"ResourceExistsException"}' };
    await versions.add('token', 'other value');
  });

  it.each([
    [
      { from: 'a', to: 'b' },
      { RemoveFromVersionId: 'a', MoveToVersionId: 'b' },
    ],
    [{ from: 'a' }, { RemoveFromVersionId: 'a' }],
    [{ to: 'b' }, { MoveToVersionId: 'b' }],
  ])('moves a label between versions: %j', async (change, expected) => {
    await versions.move('AWSCURRENT', change);
    expect(operations()).toEqual([
      ['UpdateSecretVersionStage', { SecretId: 'arn:secret', VersionStage: 'AWSCURRENT', ...expected }],
    ]);
  });

  it.each([
    ['read a version', 'secret_unreadable', () => versions.read('one')],
    ['describe the secret', 'secret_unreadable', () => versions.stages()],
    ['add a version', 'secret_unwritable', () => versions.add('token', 'CANARY')],
    ['move a label', 'secret_unwritable', () => versions.move('AWSCURRENT', { to: 'b' })],
  ])('reports that it cannot %s, without the message of the SDK', async (_what, code, act) => {
    reply = { status: 400, body: '{"__type":"AccessDeniedException","message":"CANARY"}' };
    const error = await act().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringContaining('AccessDeniedException') });
    expect(everythingIn(error)).not.toContain('CANARY');
  });
});

describe('readStackOutput', () => {
  const client = new CloudFormationClient(options);
  const xml = (inner: string) =>
    `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>S</StackName><Outputs>${inner}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;

  it('reads an output by its name', async () => {
    const output = '<member><OutputKey>Arn</OutputKey><OutputValue>arn:function</OutputValue></member>';
    reply = { status: 200, body: xml(output) };
    expect(await readStackOutput('S', 'Arn', client)).toBe('arn:function');
  });

  it('reports the fix if the output or the stack does not exist', async () => {
    reply = { status: 200, body: xml('') };
    await expect(readStackOutput('S', 'Arn', client)).rejects.toMatchObject({
      code: 'stack_unreadable',
      message: expect.stringMatching(/^The stack S has no output Arn. Check the stack's name/),
    });
    reply = {
      status: 400,
      body: '<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>CANARY</Message></Error></ErrorResponse>',
    };
    const error = await readStackOutput('S', 'Arn', client).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'stack_unreadable' });
    expect(everythingIn(error)).not.toContain('CANARY');
  });
});

describe('invokeFunction', () => {
  const client = new LambdaClient(options);

  it('sends an event and returns the response', async () => {
    reply = { status: 200, body: '{"kid":"key"}' };
    expect(await invokeFunction('name', { Step: 'revokeKey' }, client)).toEqual({ kid: 'key' });
    expect(sent).toMatchObject([{ path: '/2015-03-31/functions/name/invocations', body: '{"Step":"revokeKey"}' }]);
  });

  it('reports the error message of a function that fails', async () => {
    reply = {
      status: 200,
      body: '{"errorMessage":"tenant_not_set_up: Deploy.","stackTrace":["CANARY"]}',
      headers: { 'x-amz-function-error': 'Unhandled' },
    };
    const error = await invokeFunction('name', {}, client).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'function_failed',
      message: 'The function failed: tenant_not_set_up: Deploy.',
    });
    expect(everythingIn(error)).not.toContain('CANARY');
  });

  it('reports the fix if the function cannot be invoked', async () => {
    reply = { status: 404, body: '{"message":"CANARY"}', headers: { 'x-amzn-errortype': 'ResourceNotFoundException' } };
    const error = await invokeFunction('name', {}, client).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'function_failed',
      message: expect.stringContaining('got ResourceNotFoundException. Check its name, and that AWS_PROFILE'),
    });
    expect(everythingIn(error)).not.toContain('CANARY');
  });
});
