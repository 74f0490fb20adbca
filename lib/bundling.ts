/** How every function is bundled, for deployment, for tests and for the bench. */
import { type BundlingOptions, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';

export const BUNDLING = {
  target: 'node20',
  // CommonJS: the ES module of node:http costs a cold start 12 to 18 ms.
  format: OutputFormat.CJS,
  minify: true,
  mainFields: ['module', 'main'],
  // The SDK is bundled, so the version that was tested is the one that runs.
  externalModules: [],
} satisfies BundlingOptions;
