/** Checks templates with cfn-lint, which knows the properties, values and limits of every CloudFormation resource. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../../local/deployment/child-process.ts';
import {
  EmulatorUnavailable,
  type InstallOptions,
  installBesideMinistack,
} from '../../../local/deployment/ministack-install.ts';

const CFN_LINT = 'cfn-lint==1.58.0';
/** Both come from the CDK: it joins texts with `Fn::Join` (I1022), and writes dependencies that follow from others (W3005). */
const IGNORED = ['I1022', 'W3005'];
const REGIONS = ['us-east-1', 'eu-west-1'];

/**
 * Checks all templates in a folder. Installs cfn-lint once, beside the AWS emulator.
 *
 * @returns the exit code: 0 if nothing was found. Without Python the check is skipped, which is an error with `CI=true`
 */
export async function lintTemplates(folder: string, options: InstallOptions): Promise<number> {
  const { environment, report } = options;
  try {
    const programs = await installBesideMinistack(CFN_LINT, options);
    const files = (await readdir(folder)).map((name) => join(folder, name)).sort();
    const { exitCode, output } = await run({ file: join(programs, 'cfn-lint'), args: argsFor(files), environment });
    report(`${output.trim()}\ncfn-lint checked ${files.length} templates.`.trim());
    return exitCode === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof EmulatorUnavailable)) throw error;
    report(`TEMPLATES NOT CHECKED by cfn-lint: ${error.message}`);
    return environment.CI === 'true' ? 1 : 0;
  }
}

function argsFor(files: readonly string[]): readonly string[] {
  const checks = ['--include-checks', 'I', '--ignore-checks', ...IGNORED, '--non-zero-exit-code', 'informational'];
  return [...checks, '--regions', ...REGIONS, '--format', 'parseable', '--', ...files];
}
