/** What the package contains of others: the bill of materials and the licences. */
import { beforeAll, describe, expect, it } from 'vitest';
import { buildCode, packagesIn } from '../../build/build.ts';
import { type BundledPackage, nameOf } from '../../build/bundled-packages.ts';
import { notices } from '../../build/notices.ts';
import { DIST } from '../../build/paths.ts';
import { makeSbom } from '../../build/release/sbom.ts';
import { npm } from '../support/package/npm.ts';

/** Licences that allow what the package does, without a condition other than the notice. */
const ALLOWED = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'];

describe('the code of others in the package', () => {
  let bundled: readonly BundledPackage[];

  beforeAll(async () => {
    bundled = await packagesIn(await buildCode());
  });

  it('is listed in the bill of materials, and nothing that is only for development is', () => {
    const { components, metadata } = JSON.parse(makeSbom(bundled));
    const listed = components.map(nameOf).sort();
    expect(bundled.length).toBeGreaterThan(20);
    expect(listed).toEqual(bundled.map(nameOf));
    expect(metadata.component.name).toBe('auth0-api-authorizer');
  });

  it('is named in the notices, each package under a licence that allows it', async () => {
    const text = await notices(bundled);
    const sections = text.split('\n## ').slice(1);
    expect(sections.map((section) => section.split('\n')[0]).sort()).toEqual(
      bundled.map(({ name, version }) => `${name} ${version}`).sort(),
    );
    for (const section of sections) {
      const [, licence = ''] = /^Licence: (.*)$/m.exec(section) ?? [];
      expect(ALLOWED, section).toContain(licence);
    }
  });

  it('does not make npm warn when the package is published', async () => {
    const output = await npm(['publish', '--dry-run', DIST], DIST);
    const warnings = output.split('\n').filter((line) => line.startsWith('npm warn'));
    expect(warnings.filter((line) => !line.includes('requires you to be logged in'))).toEqual([]);
  });
});
