import { App, Stack } from 'aws-cdk-lib';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { CONFIGURATIONS } from '../support/infra/configurations.ts';
import { stacks } from '../support/infra/synthesize.ts';

/** Returns the rule and the construct of each violation. */
function objections(app: App): readonly string[] {
  return new AwsSolutionsChecks(app)
    .validateScope(app)
    .violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`),
    );
}

describe("the AwsSolutions pack's rules", () => {
  it('report a construct that violates one', () => {
    const app = new App();
    new CfnSecret(new Stack(app, 'Stack'), 'Secret');
    expect(objections(app)).toEqual(['AwsSolutions-SMG4 Stack/Secret']);
  });

  it.each([
    ['the demo API', {}],
    ['every secret, key and log', everything()],
    ['metadata', { audience: 'https://mcp.example', publicUrl: 'https://mcp.example', resourceMetadata: true }],
    ['a rate limit by IP address', { ipRateLimit: 1000 }],
    ['a backend', { backendUrl: 'https://backend.example', routes: { 'ANY /{proxy+}': [], 'GET /health': 'public' } }],
    ['app passwords', CONFIGURATIONS.appPasswords],
    ['a signed principal', { principalToken: true }],
    ['a signed principal whose key is not rotated', { principalToken: true, rotationDays: 0 }],
  ])('find only acknowledged violations in %s', (_what, context) => {
    expect(objections(stacks(context).app)).toEqual([]);
  });
});

function everything() {
  return {
    passwordGrantSecret: 'auth0/password',
    kmsKeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555',
    accessLog: true,
    encryptLogs: true,
    tracing: true,
  };
}
