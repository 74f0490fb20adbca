/** `npm run templates`: synthesizes the stacks of nine configurations and checks their templates with cfn-lint. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT_DIRECTORY } from '../../../local/deployment/cdk-command.ts';
import { projectToolOptions } from '../tools/pinned-tool.ts';
import { CONFIGURATIONS } from './configurations.ts';
import { lintTemplates } from './lint-templates.ts';
import { templates } from './synthesize.ts';

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'templates-'));
  try {
    for (const [name, context] of Object.entries(CONFIGURATIONS)) {
      for (const [stack, template] of Object.entries(templates(context))) {
        await writeFile(join(folder, `${name}-${stack}.json`), JSON.stringify(template.toJSON(), null, 1));
      }
    }
    const { environment, report } = projectToolOptions();
    process.exitCode = await lintTemplates(folder, { projectDirectory: PROJECT_DIRECTORY, environment, report });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

await main();
