/** Bundles a file as the stack bundles its functions, so that the benchmark measures what is deployed. */
import { createRequire } from 'node:module';
import { build, type Plugin } from 'esbuild';
import { FUNCTION_OPTIONS } from '../build/bundle.ts';

/**
 * @param entry the path from the project's root
 * @param outfile the path of the bundle
 */
export async function bundle(entry: string, outfile: string, plugins: readonly Plugin[] = []): Promise<void> {
  await build({ ...FUNCTION_OPTIONS, entryPoints: [entry], outfile, plugins: [...plugins] });
}

/** Bundles a file and loads it into this process. The types of its exports are unknown; the caller asserts them. */
export async function loadBundled(entry: string, outfile: string): Promise<unknown> {
  await bundle(entry, outfile);
  return createRequire(import.meta.url)(outfile);
}
