/** The CDK application: reads the configuration, and synthesizes nothing unless all of it is right. */
import { App } from 'aws-cdk-lib';
import { ApiStack } from '../lib/api-stack.ts';
import { KeyStack } from '../lib/key-stack.ts';
import { parseConfiguration } from '../src/config/configuration.ts';
import { ConfigurationError } from '../src/core/errors.ts';

function main(): void {
  const app = new App({ autoSynth: false });
  const configuration = parseConfiguration(app.node.getAllContext());
  const { signingKey, jwksUrl } = new KeyStack(app, 'Auth0AuthorizerKey', {
    description: 'The signing key of the Auth0 token authorizer.',
    configuration,
  });
  new ApiStack(app, 'Auth0Authorizer', {
    description: 'The Auth0 token authorizer, what it needs in the tenant, and the API behind it.',
    configuration,
    signingKey,
    jwksUrl,
  });
  app.synth();
}

try {
  main();
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
