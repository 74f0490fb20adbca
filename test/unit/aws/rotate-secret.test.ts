import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { rotateSecret, secretArn } from '../../../src/aws/rotate-secret.ts';

interface Command {
  readonly constructor: { readonly name: string };
  readonly input: unknown;
}

function clientWith(send: (command: Command) => Promise<unknown>): SecretsManagerClient {
  return { send } as unknown as SecretsManagerClient;
}

describe('the rotation of a secret', () => {
  it('is started once, by the function of its schedule', async () => {
    const sent: unknown[] = [];
    await rotateSecret(
      'a/b',
      clientWith(async (command) => void sent.push([command.constructor.name, command.input])),
    );
    expect(sent).toEqual([['RotateSecretCommand', { SecretId: 'a/b' }]]);
  });

  it('reports a failure by the name of the error only', async () => {
    const denied = Object.assign(new Error('canary'), { name: 'AccessDeniedException' });
    const client = clientWith(() => Promise.reject(denied));
    await expect(rotateSecret('a/b', client)).rejects.toMatchObject({
      code: 'secret_unwritable',
      message: expect.stringMatching(/^The secret a\/b cannot be rotated: got AccessDeniedException\./),
    });
    await expect(secretArn('a/b', client)).rejects.toMatchObject({ code: 'secret_unreadable' });
  });
});

describe('the ARN of a secret', () => {
  it('is in its description', async () => {
    const ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:a/b-x';
    expect(
      await secretArn(
        'a/b',
        clientWith(async () => ({ ARN })),
      ),
    ).toBe(ARN);
  });

  it('is required', async () => {
    await expect(
      secretArn(
        'a/b',
        clientWith(async () => ({})),
      ),
    ).rejects.toThrow(/has no ARN/);
  });
});
