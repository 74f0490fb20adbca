/** The CDK application. It synthesizes nothing if any part of the configuration is wrong. */
import { App, Stack } from 'aws-cdk-lib';
import cdkJson from '../cdk.json' with { type: 'json' };
import { ApiStack } from '../lib/api-stack.ts';
import { KeyStack } from '../lib/key-stack.ts';
import { parseConfiguration } from '../src/config/configuration.ts';
import { ConfigurationError } from '../src/core/errors.ts';
import { cdkCommand } from './cdk-command.ts';

/**
 * `cdk bootstrap` prepares an account and deploys nothing of ours, so it needs no configuration. It reads the account and Region
 * from a stack, so we give it an empty one, which is never deployed. Every other command must fail without a configuration: with
 * this stack, `cdk destroy` would report success and destroy nothing.
 */
function synthesizeForBootstrap(app: App): void {
  new Stack(app, 'Bootstrap');
}

function synthesizeDeployment(app: App): void {
  const configuration = parseConfiguration(app.node.getAllContext());
  const { signingKey, jwksUrl } = new KeyStack(app, `${configuration.stackPrefix}Key`, {
    description: 'The signing key of the Auth0 authorizer.',
    configuration,
  });
  new ApiStack(app, configuration.stackPrefix, {
    description: 'The Auth0 authorizer, its set-up of the tenant, and the API behind it.',
    configuration,
    signingKey,
    jwksUrl,
  });
}

try {
  // The CDK sets the same flags from cdk.json, except for somebody who runs this application from the package.
  const app = new App({ autoSynth: false, context: cdkJson.context });
  if (cdkCommand() === 'bootstrap') synthesizeForBootstrap(app);
  else synthesizeDeployment(app);
  app.synth();
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
