/** Makes what is published beside the npm package: a CloudFormation template, the code of its functions, and their checksums. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import cdkJson from '../../cdk.json' with { type: 'json' };
import { completeTemplate } from './complete-template.ts';
import { ReleaseStack } from './release-stack.ts';
import { ReleaseSynthesizer } from './release-synthesizer.ts';
import { zipFolder } from './zip.ts';

export const TEMPLATE = 'auth0-api-authorizer.template.json';
const CHECKSUMS = 'SHA256SUMS';

/**
 * Writes the release. The functions must be built.
 *
 * @param folder is emptied first
 * @returns the names of the files
 */
export async function makeRelease(folder: string): Promise<readonly string[]> {
  const assembly = await mkdtemp(join(tmpdir(), 'release-'));
  try {
    const { template, folders } = await synthesize(assembly);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const files = new Map<string, Uint8Array>([[TEMPLATE, Buffer.from(template)]]);
    for (const [hash, name] of folders) files.set(`${hash}.zip`, await zipFolder(join(assembly, name)));
    files.set(CHECKSUMS, Buffer.from(checksums(files)));
    for (const [name, content] of files) await writeFile(join(folder, name), content);
    return [...files.keys()];
  } finally {
    await rm(assembly, { recursive: true, force: true });
  }
}

async function synthesize(outdir: string) {
  const app = new App({ autoSynth: false, analyticsReporting: false, outdir, context: cdkJson.context });
  const synthesizer = new ReleaseSynthesizer();
  const description = 'The Auth0 authorizer for API Gateway, its signing key and its set-up of the tenant.';
  const stack = new ReleaseStack(app, 'Auth0ApiAuthorizer', synthesizer, { description });
  app.synth();
  const template = completeTemplate(JSON.parse(await readFile(join(outdir, stack.templateFile), 'utf8')));
  return { template: templateText(template), folders: synthesizer.folders };
}

/** One line for each resource. Indented, the text would be over the 51,200 bytes that CloudFormation accepts without a bucket. */
function templateText(template: object): string {
  const sections = Object.entries(template).map(([name, section]) => `${JSON.stringify(name)}:${sectionText(section)}`);
  return `{\n${sections.join(',\n')}\n}\n`;
}

function sectionText(section: unknown): string {
  if (typeof section !== 'object' || section === null || Array.isArray(section)) return JSON.stringify(section);
  const entries = Object.entries(section).map(([name, value]) => ` ${JSON.stringify(name)}:${JSON.stringify(value)}`);
  return `{\n${entries.join(',\n')}\n}`;
}

/** In the format of `sha256sum --check`. */
function checksums(files: ReadonlyMap<string, Uint8Array>): string {
  return [...files]
    .map(([name, content]) => `${createHash('sha256').update(content).digest('hex')}  ${name}\n`)
    .join('');
}
