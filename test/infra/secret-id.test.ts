import { Stack } from 'aws-cdk-lib';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { importSecret, secretIdOf } from '../../lib/secret-id.ts';
import { readSecretStatements } from '../../lib/secret-statements.ts';
import { appWithoutBundling } from '../support/infra/synthesize.ts';

const ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:';
const HERE = { region: 'eu-west-1', account: '111122223333' };

/** What a function asks for, and what it may read. */
function idAndRights(stack: Stack, secret: ISecret) {
  const [read] = readSecretStatements(stack, secret, undefined);
  return stack.resolve({ id: secretIdOf(secret), rights: read?.resources });
}

describe('a secret from the configuration', () => {
  it.each(['auth0/management', 'ends-like-suffix', 'my-secret'])('is asked for by its name: %s', (name) => {
    const stack = new Stack(appWithoutBundling(), 'Own', { env: HERE });
    expect(idAndRights(stack, importSecret(stack, 'Secret', name))).toEqual({
      id: name,
      rights: [`${ARN}${name}-??????`],
    });
  });

  it.each(['my-secret', 'auth0/password-AbCdEf', 'ends-like-suffix'])(
    'is asked for by its ARN, which may be complete or not: %s',
    (name) => {
      const stack = new Stack(appWithoutBundling(), 'Own');
      expect(idAndRights(stack, importSecret(stack, 'Secret', `${ARN}${name}`))).toEqual({
        id: `${ARN}${name}`,
        rights: [`${ARN}${name}`, `${ARN}${name}-??????`],
      });
    },
  );
});

describe('a secret of somebody else’s stack', () => {
  it('is asked for by its ARN if the stack creates it', () => {
    const stack = new Stack(appWithoutBundling(), 'Own');
    const arn = { Ref: expect.stringMatching(/^Secret/) };
    // As the interface, which the class does not match with exactOptionalPropertyTypes.
    expect(idAndRights(stack, new Secret(stack, 'Secret') as ISecret)).toEqual({ id: arn, rights: [arn] });
  });

  it('is asked for by its complete ARN', () => {
    const stack = new Stack(appWithoutBundling(), 'Own');
    const secret = Secret.fromSecretCompleteArn(stack, 'Secret', `${ARN}mine-AbCdEf`);
    expect(idAndRights(stack, secret)).toMatchObject({ id: `${ARN}mine-AbCdEf` });
  });
});
