import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { toleratingNewRole } from '../../../src/aws/new-role.ts';

const DENIED = { __type: 'AccessDeniedException', message: 'User is not authorized.' };

/** A client whose requests get these replies, the last one again and again. */
function clientWith(replies: readonly (readonly [status: number, body: object])[], most = 10) {
  const seen = { requests: 0, waits: [] as number[] };
  const handle = async () => {
    const [status, body] = replies[Math.min(seen.requests, replies.length - 1)] ?? [500, {}];
    seen.requests += 1;
    const headers = { 'content-type': 'application/x-amz-json-1.1' };
    return { response: { statusCode: status, headers, body: Buffer.from(JSON.stringify(body)) } };
  };
  const client = new SecretsManagerClient({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' },
    maxAttempts: 1,
    requestHandler: { handle } as never,
  });
  const wait = async (milliseconds: number) => seen.waits.push(milliseconds);
  toleratingNewRole(client, { waitsMs: [250, 500], most, wait });
  const read = () => client.send(new GetSecretValueCommand({ SecretId: 'a' })).catch((error: Error) => error.name);
  return { seen, read };
}

describe('a client of a role that was just created', () => {
  it('repeats a denied request until AWS knows the role', async () => {
    const { seen, read } = clientWith([
      [400, DENIED],
      [400, DENIED],
      [200, { SecretString: 'value' }],
    ]);
    expect(await read()).toMatchObject({ SecretString: 'value' });
    expect(seen).toEqual({ requests: 3, waits: [250, 500] });
  });

  it('reports the denial if it does not end', async () => {
    const { seen, read } = clientWith([[400, DENIED]]);
    expect(await read()).toBe('AccessDeniedException');
    expect(seen).toEqual({ requests: 3, waits: [250, 500] });
  });

  it('repeats only some requests, so that a role without the right does not slow down every request', async () => {
    const { seen, read } = clientWith([[400, DENIED]], 3);
    for (let time = 0; time < 5; time += 1) await read();
    expect(seen.waits).toEqual([250, 500, 250, 500]);
    expect(seen.requests).toBe(3 + 3 + 1 + 1 + 1);
  });

  it('does not repeat a request that fails for another reason', async () => {
    const { seen, read } = clientWith([[400, { __type: 'ResourceNotFoundException' }]]);
    expect(await read()).toBe('ResourceNotFoundException');
    expect(seen).toEqual({ requests: 1, waits: [] });
  });
});
