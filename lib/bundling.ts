/** How every function is bundled, for deployment, for tests and for the bench. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BundlingOptions, type ICommandHooks, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';

export const BUNDLING = {
  target: 'node20',
  // CommonJS: the ES module of node:http costs a cold start 12 to 18 ms.
  format: OutputFormat.CJS,
  minify: true,
  mainFields: ['module', 'main'],
  // The SDK is bundled, so the version that was tested is the one that runs.
  externalModules: [],
} satisfies BundlingOptions;

/** Unlike `cp`, it runs in every shell. */
const COPY = `node -e "require('fs').cpSync(process.argv[1], process.argv[2], { recursive: true })"`;
/** Lambda runs the code as another user, who must be able to read it. */
const READABLE_BY_ALL = 0o644;

interface Bundling {
  readonly bundling: BundlingOptions;
  /** Deletes the temporary folder. Call it once the function exists: creating it copies the files. */
  readonly end: () => void;
}

/** Bundles the code, and puts files beside it. Their bytes depend on nothing else, so the asset changes only with them. */
export function bundlingWith(files: Readonly<Record<string, string>>): Bundling {
  if (Object.keys(files).length === 0) return { bundling: BUNDLING, end: () => {} };
  const folder = mkdtempSync(join(tmpdir(), 'function-files-'));
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, name), text);
    // Whatever the umask is.
    chmodSync(join(folder, name), READABLE_BY_ALL);
  }
  const commandHooks: ICommandHooks = {
    beforeBundling: () => [],
    beforeInstall: () => [],
    afterBundling: (_inputDir, outputDir) => [`${COPY} "${folder}" "${outputDir}"`],
  };
  return { bundling: { ...BUNDLING, commandHooks }, end: () => rmSync(folder, { recursive: true }) };
}
