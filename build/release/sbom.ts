/** The software bill of materials: every package whose code is bundled, in the format CycloneDX. */
import { spawnSync } from 'node:child_process';
import { type BundledPackage, nameOf } from '../bundled-packages.ts';
import { PROJECT } from '../paths.ts';

export const SBOM = 'sbom.cdx.json';

interface Bom {
  readonly metadata: { timestamp?: string | undefined; readonly component: { name: string } };
  components: readonly { readonly 'bom-ref': string; readonly name: string; readonly version: string }[];
  dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
  serialNumber?: string | undefined;
}

/**
 * Lists packages as npm describes them. `npm sbom --omit dev` would be simpler, but it leaves out packages that a development tool
 * uses as well.
 *
 * @throws Error with npm's message
 */
export function makeSbom(packages: readonly BundledPackage[]): string {
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'library'];
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd: PROJECT, encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(`npm sbom failed: ${stderr}`);
  const bom: Bom = JSON.parse(stdout);
  const names = new Set(packages.map(nameOf));
  bom.components = bom.components.filter((component) => names.has(nameOf(component)));
  const refs = new Set(bom.components.map((component) => component['bom-ref']));
  bom.dependencies = bom.dependencies
    .filter(({ ref }) => refs.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((each) => refs.has(each)) }));
  // npm takes the name from the folder, and these two change from run to run.
  bom.metadata.component.name = 'auth0-api-authorizer';
  bom.metadata.timestamp = undefined;
  bom.serialNumber = undefined;
  return `${JSON.stringify(bom, undefined, 2)}\n`;
}
