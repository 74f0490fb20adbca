import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { beforeEach, describe, expect, it } from 'vitest';
import { createParameterStore } from '../../../src/aws/parameters.ts';
import { createSecretStore } from '../../../src/aws/secrets.ts';
import { everythingIn } from '../../support/core/errors.ts';

interface Sent {
  readonly operation: string;
  readonly input: unknown;
}

let sent: Sent[];
let reply: { readonly status: number; readonly body: unknown };

/** Stands in for the wire; the SDK does all else. */
const requestHandler = {
  handle: async (request: { readonly headers: Record<string, string>; readonly body: string | Uint8Array }) => {
    const operation = (request.headers['x-amz-target'] ?? '').split('.').at(-1) ?? '';
    sent.push({ operation, input: JSON.parse(textOf(request.body)) });
    const headers = { 'content-type': 'application/x-amz-json-1.1' };
    return { response: { statusCode: reply.status, headers, body: Buffer.from(JSON.stringify(reply.body)) } };
  },
};

/** As the SDK hands it over, which is not quite a plain string. */
function textOf(body: string | Uint8Array): string {
  return typeof body === 'string' ? body : new TextDecoder().decode(body);
}

const options = {
  region: 'eu-west-1',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' },
  maxAttempts: 1,
  requestHandler: requestHandler as never,
};
const secrets = createSecretStore(new SecretsManagerClient(options));
const parameters = createParameterStore(new SSMClient(options));

beforeEach(() => {
  sent = [];
});

describe('secrets', () => {
  it('are read by name or ARN', async () => {
    reply = { status: 200, body: { SecretString: 'value' } };
    expect(await secrets.read('name')).toBe('value');
    expect(sent).toEqual([{ operation: 'GetSecretValue', input: { SecretId: 'name' } }]);
  });

  it('that are not there are undefined', async () => {
    reply = { status: 400, body: { __type: 'ResourceNotFoundException' } };
    expect(await secrets.read('name')).toBeUndefined();
  });

  it('are written under a token, once', async () => {
    reply = { status: 200, body: {} };
    expect(await secrets.write('name', 'value', 'token-of-32-characters-or-longer')).toBe(true);
    reply = { status: 400, body: { __type: 'ResourceExistsException' } };
    expect(await secrets.write('name', 'value', 'token-of-32-characters-or-longer')).toBe(false);
    const input = { SecretId: 'name', SecretString: 'value', ClientRequestToken: 'token-of-32-characters-or-longer' };
    expect(sent[0]).toEqual({ operation: 'PutSecretValue', input });
  });
});

describe('parameters', () => {
  it('are read by name', async () => {
    reply = { status: 200, body: { Parameter: { Value: '{}' } } };
    expect(await parameters.read('/a/b', 'none')).toBe('{}');
    expect(sent).toEqual([{ operation: 'GetParameter', input: { Name: '/a/b' } }]);
  });

  it('that are not there are what the reader says', async () => {
    reply = { status: 400, body: { __type: 'ParameterNotFound' } };
    expect(await parameters.read('/a/b', 'none')).toBe('none');
  });

  it('are deleted, also where there is none', async () => {
    reply = { status: 200, body: {} };
    await parameters.remove('/a/b');
    reply = { status: 400, body: { __type: 'ParameterNotFound' } };
    await parameters.remove('/a/b');
    expect(sent[0]).toEqual({ operation: 'DeleteParameter', input: { Name: '/a/b' } });
  });

  it('are made or overwritten, and may outgrow the standard tier', async () => {
    reply = { status: 200, body: {} };
    await parameters.write('/a/b', 'value');
    const input = { Name: '/a/b', Value: 'value', Type: 'String', Overwrite: true, Tier: 'Intelligent-Tiering' };
    expect(sent).toEqual([{ operation: 'PutParameter', input }]);
  });
});

describe('a request that AWS refuses', () => {
  it.each([
    ['secret_unreadable', 'The secret name cannot be read', () => secrets.read('name')],
    [
      'secret_unwritable',
      'The secret name cannot be written',
      () => secrets.write('name', 'CANARY', 'token'.repeat(8)),
    ],
    ['parameter_unreadable', 'The parameter name cannot be read', () => parameters.read('name', '')],
    ['parameter_unwritable', 'The parameter name cannot be written', () => parameters.write('name', 'CANARY')],
    ['parameter_unwritable', 'The parameter name cannot be deleted', () => parameters.remove('name')],
  ])('is %s, with the mend and nothing of what was sent', async (code, what, act) => {
    reply = { status: 400, body: { __type: 'AccessDeniedException', message: 'CANARY' } };
    const error: unknown = await act().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code,
      message: `${what}: got AccessDeniedException. Check that it exists in this account and region, and that the function's role may use it and its key.`,
    });
    expect(everythingIn(error)).not.toContain('CANARY');
  });

  it('is told apart from a parameter without a value', async () => {
    reply = { status: 200, body: {} };
    await expect(parameters.read('name', '')).rejects.toMatchObject({
      message: expect.stringContaining('The parameter name has no value'),
    });
  });
});
