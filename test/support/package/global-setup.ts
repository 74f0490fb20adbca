/** Builds and packs the package once, for all tests of the package. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { buildPackage } from '../../../build/build.ts';
import { DIST } from '../../../build/paths.ts';
import { npm } from './npm.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The path of the packed package. */
    readonly tarball: string;
  }
}

let directory: string | undefined;

export async function setup(project: TestProject): Promise<void> {
  await buildPackage();
  directory = await mkdtemp(join(tmpdir(), 'packed-'));
  const name = await npm(['pack', DIST, '--pack-destination', directory, '--silent'], directory);
  project.provide('tarball', join(directory, name.trim()));
}

export async function teardown(): Promise<void> {
  if (directory) await rm(directory, { recursive: true, force: true });
}
