/** `npm run templates`: synthesizes the stacks of nine configurations and the template of a release, and checks their templates with cfn-lint. */
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildCode } from '../../../build/build.ts';
import { makeRelease, TEMPLATE } from '../../../build/release/make-release.ts';
import { PROJECT_DIRECTORY } from '../../../local/deployment/cdk-command.ts';
import { projectToolOptions } from '../tools/pinned-tool.ts';
import { CONFIGURATIONS } from './configurations.ts';
import { lintTemplates } from './lint-templates.ts';
import { templates } from './synthesize.ts';

async function main(): Promise<void> {
  await buildCode();
  const folder = await mkdtemp(join(tmpdir(), 'templates-'));
  try {
    for (const [name, context] of Object.entries(CONFIGURATIONS)) {
      for (const [stack, template] of Object.entries(templates(context))) {
        await writeFile(join(folder, `${name}-${stack}.json`), JSON.stringify(template.toJSON(), null, 1));
      }
    }
    await makeRelease(join(folder, 'release'));
    await rename(join(folder, 'release', TEMPLATE), join(folder, TEMPLATE));
    await rm(join(folder, 'release'), { recursive: true });
    const { environment, report } = projectToolOptions();
    process.exitCode = await lintTemplates(folder, { projectDirectory: PROJECT_DIRECTORY, environment, report });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

await main();
