/** The package.json of the npm package. What it shares with the project's own comes from there. */

/**
 * The lowest versions of the CDK that the package works with; a test installs them. Before 2.180, the CDK ignores the backups of the
 * state table and the timeouts of custom resources.
 */
export const PEERS = { 'aws-cdk-lib': '^2.180.0', constructs: '^10.4.2' } as const;

/** The part of the project's own package.json that the package shares. */
export interface ProjectManifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly keywords: readonly string[];
  readonly license: string;
  readonly repository?: unknown;
  readonly engines: Readonly<Record<string, string>>;
}

/** Every file of the package, as patterns for npm. */
export const FILES = [
  'index.js',
  'app.js',
  'asp.js',
  'cli.js',
  'functions/*/index.js',
  'functions/authorizer/provisioned.mjs',
  'functions/app-passwords-page/*',
  'types/**/*.d.ts',
  'CHANGELOG.md',
  'THIRD-PARTY-NOTICES.md',
];

/** Makes the package.json. Everything that the code needs is bundled, so the package has no dependencies. */
export function packageJson(project: ProjectManifest): string {
  const { name, version, description, keywords, license, repository, engines } = project;
  const manifest = {
    name,
    version,
    description,
    keywords,
    license,
    repository,
    engines,
    type: 'commonjs',
    main: 'index.js',
    types: 'types/lib/index.d.ts',
    exports: {
      '.': { types: './types/lib/index.d.ts', default: './index.js' },
      './package.json': './package.json',
    },
    bin: { [name]: 'asp.js', asp: 'asp.js' },
    files: FILES,
    peerDependencies: PEERS,
  };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}
