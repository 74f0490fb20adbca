/** The CDK application. It synthesizes nothing if any part of the configuration is wrong. */
import { App } from 'aws-cdk-lib';
import { ApiStack } from '../lib/api-stack.ts';
import { KeyStack } from '../lib/key-stack.ts';
import { parseConfiguration } from '../src/config/configuration.ts';
import { ConfigurationError } from '../src/core/errors.ts';

// Lambda runs the code as another user, who must be able to read it, so the files in the packages must not have the caller's umask.
process.umask(0o022);

function main(): void {
  const app = new App({ autoSynth: false });
  const configuration = parseConfiguration(app.node.getAllContext());
  const { signingKey, jwksUrl } = new KeyStack(app, 'Auth0AuthorizerKey', {
    description: 'The signing key of the Auth0 authorizer.',
    configuration,
  });
  new ApiStack(app, 'Auth0Authorizer', {
    description: 'The Auth0 authorizer, its set-up of the tenant, and the API behind it.',
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
