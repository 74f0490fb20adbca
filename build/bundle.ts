/** How esbuild bundles the code of the package. The same sources give the same bytes, on every machine. */
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { PROJECT } from './paths.ts';

/** A file to write, and what it was made from. */
export interface Bundle {
  readonly text: string;
  readonly metafile: Metafile;
}

/**
 * CommonJS: an ES module can import it too, but an app that runs by ts-node cannot import an ES module. In a function, the ES
 * module of node:http costs a cold start 12 to 18 ms.
 */
const COMMON = {
  absWorkingDir: PROJECT,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  mainFields: ['module', 'main'],
  // THIRD-PARTY-NOTICES.md has the licences.
  legalComments: 'none',
  logLevel: 'error',
} satisfies BuildOptions;

/** For the code of a function: everything is in the bundle, so the SDK that was tested is the one that runs. */
export const FUNCTION_OPTIONS: BuildOptions = { ...COMMON, minify: true };

/** For the command line. It is minified because Node then starts it faster. */
export const COMMAND_OPTIONS: BuildOptions = { ...COMMON, minify: true, plugins: [packageVersionOnly()] };

/** For CDK code, which its users may want to read. A construct must come from the app's own `aws-cdk-lib`. */
export const CDK_OPTIONS: BuildOptions = {
  ...COMMON,
  external: ['aws-cdk-lib', 'constructs'],
  define: { 'import.meta.dirname': '__dirname' },
};

/**
 * Bundles one entry point to one file.
 *
 * @param entry the path from the project's root
 */
export async function bundle(entry: string, options: BuildOptions): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    ...options,
    entryPoints: [entry],
    outdir: 'dist',
    write: false,
    metafile: true,
  });
  const [output] = outputFiles;
  if (!output) throw new Error(`esbuild wrote nothing for ${entry}.`);
  return { text: output.text, metafile };
}

/** The command line imports our package.json for its version. Without this, all of the file would be in the bundle. */
function packageVersionOnly(): Plugin {
  return {
    name: 'package-version-only',
    setup: ({ onLoad }) => {
      onLoad({ filter: /package\.json$/ }, async ({ path }) => {
        if (path !== `${PROJECT}package.json`) return undefined;
        const { default: manifest } = await import(path, { with: { type: 'json' } });
        return { contents: JSON.stringify({ version: manifest.version }), loader: 'json' };
      });
    },
  };
}
