/** How every function is bundled: for the stack that deploys it, and for what tests or measures what is deployed. */
import { type BundlingOptions, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';

export const BUNDLING = {
  target: 'node20',
  // CommonJS: the ES module of node:http costs a cold start 12 to 18 ms.
  format: OutputFormat.CJS,
  minify: true,
  mainFields: ['module', 'main'],
  // The SDK is bundled, so that what was tested runs.
  externalModules: [],
} satisfies BundlingOptions;
