import { describe, expect, it } from 'vitest';
import { createAuthorizerAws } from '../../../src/aws/authorizer-aws.ts';
import { writePrincipalKeys } from '../../../src/principal-token/key-pairs.ts';
import { generateSigningKey } from '../../../src/signing-key/generate-signing-key.ts';
import { scriptedAws } from '../../support/core/aws-calls.ts';
import { NOW_MS } from '../../support/core/clock.ts';
import { configurationError, everythingIn, issuerError } from '../../support/core/errors.ts';
import { makePrincipalKeys } from '../../support/core/principal-keys.ts';
import { failure, form, json, type Reply, ScriptedHttp } from '../../support/core/scripted-http.ts';

const current = await generateSigningKey(NOW_MS);
const pending = await generateSigningKey(NOW_MS);

const value = (secret: unknown) =>
  json(200, { SecretString: typeof secret === 'string' ? secret : JSON.stringify(secret) });
const awsError = (name: string) => json(400, { __type: name });
const NONE = awsError('ResourceNotFoundException');
const DENIED = awsError('AccessDeniedException');

/** Gives the replies of each staging label in order, the last one again and again. */
function awsWith(stages: Readonly<Record<string, readonly Reply[]>>) {
  const left = new Map(Object.entries(stages).map(([stage, replies]) => [stage, [...replies]]));
  const http = new ScriptedHttp((request) => {
    const replies = left.get(String(form(request).VersionStage)) ?? [];
    return (replies.length > 1 ? replies.shift() : replies[0]) ?? NONE;
  });
  const ports = scriptedAws(http);
  return { http, clock: ports.frozen, aws: createAuthorizerAws(ports) };
}

const unreadable = (got: string) =>
  issuerError('issuer_unavailable', `The secret key cannot be read from Secrets Manager: ${got}.`);

describe('reading the signing keys', () => {
  it('returns the current key and, during a rotation, the pending key', async () => {
    const { http, aws } = awsWith({ AWSCURRENT: [value(current)], AWSPENDING: [value(pending)] });
    expect((await aws.readSigningKeys('key')).map(({ kid }) => kid)).toEqual([current.kid, pending.kid]);
    expect(http.requests.map((request) => form(request))).toEqual([
      { SecretId: 'key', VersionStage: 'AWSCURRENT' },
      { SecretId: 'key', VersionStage: 'AWSPENDING' },
    ]);
    expect(http.requests[0]).toMatchObject({
      url: 'https://secretsmanager.eu-west-1.amazonaws.com/',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'secretsmanager.GetSecretValue',
      },
    });
  });

  it.each([NONE, value(current), value('unusable')])('accepts a pending version without another key', async (reply) => {
    const { aws } = awsWith({ AWSCURRENT: [value(current)], AWSPENDING: [reply] });
    expect((await aws.readSigningKeys('key')).map(({ kid }) => kid)).toEqual([current.kid]);
  });

  it('reports a key that is not usable, without its value', async () => {
    const { aws } = awsWith({ AWSCURRENT: [value('a-canary-and-no-key')] });
    const error = await aws.readSigningKeys('key').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'ConfigurationError', code: 'signing_key_invalid' });
    expect(everythingIn(error)).not.toContain('canary');
  });

  it.each([
    [NONE, 'it has no current value'],
    [json(200, { SecretBinary: 'AAAA' }), 'it has no current value'],
    [awsError('DecryptionFailure'), 'got DecryptionFailure'],
    [failure('connection'), 'got ConnectionError'],
  ])('reports an outage', async (reply, got) => {
    const { aws } = awsWith({ AWSCURRENT: [reply] });
    await expect(aws.readSigningKeys('key')).rejects.toThrow(unreadable(got));
  });

  it('ends after two attempts, within the five seconds of a decision', async () => {
    const { http, clock, aws } = awsWith({});
    http.script = ({ timeoutMs }) => {
      clock.nowMs += timeoutMs;
      return failure('timeout');
    };
    await expect(aws.readClient('key')).rejects.toThrow(unreadable('got TimeoutError'));
    expect(http.requests).toHaveLength(2);
    expect(clock.nowMs - NOW_MS).toBeLessThan(4500);
  });
});

describe('a role that is new', () => {
  const client = { clientId: 'a', clientSecret: 'b' };

  it('is denied for a while', async () => {
    const { clock, aws } = awsWith({ AWSCURRENT: [DENIED, DENIED, value(client)] });
    expect(await aws.readClient('key')).toEqual(client);
    expect(clock.sleeps).toEqual([250, 500]);
  });

  it('is not waited for again and again', async () => {
    const { clock, aws } = awsWith({ AWSCURRENT: [DENIED] });
    for (let time = 0; time < 10; time += 1) {
      await expect(aws.readClient('key')).rejects.toThrow(unreadable('got AccessDeniedException'));
    }
    expect(clock.sleeps).toHaveLength(12);
  });
});

describe('reading the key of principal tokens', () => {
  it('returns the current key of the secret', async () => {
    const keys = makePrincipalKeys();
    const { aws } = awsWith({ AWSCURRENT: [value(writePrincipalKeys(keys))] });
    expect(await aws.readPrincipalKey('keys')).toMatchObject({ kid: keys[0].kid });
  });

  it('refuses a secret without one', async () => {
    const { aws } = awsWith({ AWSCURRENT: [value('{}')] });
    const message = 'The secret of principal tokens is not {"keys":[…]} with P-256 keys. Rotate it.';
    await expect(aws.readPrincipalKey('keys')).rejects.toThrow(configurationError('signing_key_invalid', message));
  });
});

describe.each([
  ['pepper', 'readPepper'],
  ['digest secret', 'readDigestSecret'],
] as const)('reading the %s', (what, read) => {
  it('returns the current value', async () => {
    const random = 'p'.repeat(32);
    expect(await awsWith({ AWSCURRENT: [value(random)] }).aws[read]('random')).toBe(random);
  });

  it.each(['p'.repeat(31), 'p'.repeat(1025), 'ü'.repeat(40), `${'p'.repeat(40)}\n`])(
    'refuses one that is not usable, without showing it',
    async (text) => {
      const { aws } = awsWith({ AWSCURRENT: [value(text)] });
      const message = `The ${what} random is not usable. Expected 32 to 1024 printable ASCII characters.`;
      await expect(aws[read]('random')).rejects.toThrow(configurationError('configuration_invalid', message));
    },
  );
});
