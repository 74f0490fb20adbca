import { Stack } from 'aws-cdk-lib';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { importSecret, secretIdOf } from '../../lib/secret-id.ts';
import { readSecretStatements } from '../../lib/secret-statements.ts';
import { appWithFlags } from '../support/infra/synthesize.ts';

const ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:';
const HERE = { region: 'eu-west-1', account: '111122223333' };

/** Returns the ID that a function requests, and the ARNs that it may read. */
function idAndRights(stack: Stack, secret: ISecret) {
  const [read] = readSecretStatements(stack, secret, undefined);
  return stack.resolve({ id: secretIdOf(secret), rights: read?.resources });
}

describe('a secret from the configuration', () => {
  it.each(['auth0/management', 'ends-like-suffix', 'my-secret'])('is requested by its name: %s', (name) => {
    const stack = new Stack(appWithFlags(), 'Own', { env: HERE });
    expect(idAndRights(stack, importSecret(stack, 'Secret', name))).toEqual({
      id: name,
      rights: [`${ARN}${name}-??????`],
    });
  });

  it.each(['my-secret', 'auth0/password-AbCdEf', 'ends-like-suffix'])(
    'is requested by its ARN, whether complete or partial: %s',
    (name) => {
      const stack = new Stack(appWithFlags(), 'Own');
      expect(idAndRights(stack, importSecret(stack, 'Secret', `${ARN}${name}`))).toEqual({
        id: `${ARN}${name}`,
        rights: [`${ARN}${name}`, `${ARN}${name}-??????`],
      });
    },
  );
});

describe('a secret in a user’s own stack', () => {
  it('is requested by its ARN if the stack creates it', () => {
    const stack = new Stack(appWithFlags(), 'Own');
    const arn = { Ref: expect.stringMatching(/^Secret/) };
    // The cast is necessary: with exactOptionalPropertyTypes, the class does not match its interface.
    expect(idAndRights(stack, new Secret(stack, 'Secret') as ISecret)).toEqual({ id: arn, rights: [arn] });
  });

  it('is requested by its complete ARN', () => {
    const stack = new Stack(appWithFlags(), 'Own');
    const secret = Secret.fromSecretCompleteArn(stack, 'Secret', `${ARN}mine-AbCdEf`);
    expect(idAndRights(stack, secret)).toMatchObject({ id: `${ARN}mine-AbCdEf` });
  });
});
