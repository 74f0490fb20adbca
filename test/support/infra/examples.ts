/** Finds the examples of the constructs, and compiles them inside a stack of somebody else. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));

export interface Example {
  /** The construct, or the file and the number of the block. */
  readonly name: string;
  readonly code: string;
}

/** The names of the constructs in `lib/`. */
export function constructNames(): readonly string[] {
  return sources().flatMap((text) =>
    [...text.matchAll(/^export class (\w+) extends (?:Construct|AuthorizerMetrics)/gm)].map(captured),
  );
}

/** Every `@example` in `lib/`, under the name of the construct that it documents. */
export function docblockExamples(): readonly Example[] {
  const block = /@example\n((?: \*.*\n)+?) \*\/\nexport \w+ (\w+)/g;
  return sources().flatMap((text) =>
    [...text.matchAll(block)].map(([, lines = '', name = '']) => ({ name, code: lines.replaceAll(/^ \* ?/gm, '') })),
  );
}

/** How often `@example` is written in `lib/`, so that no example is overlooked. */
export function countOfExampleTags(): number {
  return sources().reduce((sum, text) => sum + text.split('@example').length - 1, 0);
}

const DOCUMENTS = {
  README: 'README.md',
  cdk: 'docs/cdk.md',
  environments: 'docs/environments.md',
  otherIssuers: 'docs/other-issuers.md',
  limits: 'docs/limits.md',
  operations: 'docs/operations.md',
  mcp: 'docs/mcp.md',
};

/** The TypeScript blocks of the README and of the pages that have some. */
export function documentExamples(): readonly Example[] {
  return Object.entries(DOCUMENTS).flatMap(([name, file]) => {
    const text = readFileSync(join(PROJECT, file), 'utf8');
    const blocks = [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(captured);
    return blocks.map((code, index) => ({ name: `${name}${index}`, code }));
  });
}

/**
 * Compiles each example.
 *
 * @returns the output of the compiler, which is empty if all examples compile
 */
export function compile(examples: readonly Example[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'examples-'));
  try {
    symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
    const base = JSON.parse(readFileSync(join(PROJECT, 'tsconfig.json'), 'utf8'));
    const compilerOptions = {
      ...base.compilerOptions,
      noUnusedLocals: false,
      rewriteRelativeImportExtensions: false,
      allowImportingTsExtensions: true,
      paths: { 'auth0-api-authorizer': [join(PROJECT, 'lib/index.ts')] },
    };
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['examples'] }));
    mkdirSync(join(folder, 'examples'));
    for (const { name, code } of examples) writeFileSync(join(folder, 'examples', `${name}.ts`), moduleOf(code));
    const tsc = join(PROJECT, 'node_modules/.bin/tsc');
    const { stdout, stderr } = spawnSync(tsc, ['--project', folder], { encoding: 'utf8', cwd: folder });
    return `${stdout}${stderr}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A block with imports is a module of its own. Any other belongs into the constructor of a stack. */
function moduleOf(code: string): string {
  return /^import /m.test(code) ? code : inStack(code);
}

/** The values that an example may use without defining them: an API, an integration, another construct. */
function inStack(code: string): string {
  const names = [...PUBLIC_CONSTRUCTS, 'setFunctionOptions'].join(', ');
  return [
    `import { ${names} } from '${PROJECT}lib/index.ts';`,
    FIXTURE,
    'class Example extends Stack {\n constructor() {\n super();',
    code,
    '}\n}\n',
  ].join('\n');
}

/** The constructs that the package exports. */
export const PUBLIC_CONSTRUCTS: readonly string[] = constructNames().filter((name) =>
  new RegExp(`^export \\{.*\\b${name}\\b`, 'm').test(readFileSync(join(PROJECT, 'lib/index.ts'), 'utf8')),
);

const FIXTURE = `
import { CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { type Integration, LambdaIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { LambdaDeploymentConfig, LambdaDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import { type ISecurityGroup, type IVpc, SubnetType } from 'aws-cdk-lib/aws-ec2';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Topic } from 'aws-cdk-lib/aws-sns';

declare const auth: Auth0Authorizer;
declare const authorizer: AuthorizerFunction;
declare const httpsOut: ISecurityGroup;
declare const integration: Integration;
declare const managementSecret: ISecret;
declare const restApi: RestApi;
declare const rotation: KeyRotation;
declare const setup: Auth0Setup;
declare const signingKey: SigningKey;
declare const topic: Topic;
declare const vpc: IVpc;
declare const audience: string;
declare const issuer: string;
declare const tenantUrl: string;
declare const routes: Readonly<Record<string, readonly string[]>>;
`;

function sources(): readonly string[] {
  const files = readdirSync(join(PROJECT, 'lib')).filter((file) => file.endsWith('.ts'));
  return files.map((file) => readFileSync(join(PROJECT, 'lib', file), 'utf8'));
}

function captured([, group = '']: RegExpExecArray): string {
  return group;
}
