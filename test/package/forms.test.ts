/** Installs the package into apps of every usual form. Each has a REST API and an HTTP API. */
import { chmod, mkdir, readdir, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Assembly, Consumer } from '../support/package/consumer.ts';

const CDK = ['aws-cdk-lib@2.276.0', 'constructs@10.8.1', 'aws-cdk@2.1148.1'];
const TODAY = [...CDK, 'tsx@4.23.15', 'typescript@7.0.2', '@types/node@24', '@types/jest@30'];
const LAST_YEARS = [...CDK, 'ts-node@10.9.2', 'typescript@5.9.3', '@types/node@24'];
const tarball = inject('tarball');

/** A stack with both kinds of API, as TypeScript; JavaScript without the types. */
const STACK_BODY = `
    const auth = new Auth0Authorizer(this, 'Auth', {
      issuer: 'https://tenant.auth0.com/',
      audience: 'https://my.api',
      managementSecret: Secret.fromSecretNameV2(this, 'Management', 'auth0/management'),
    });
    const restApi = new RestApi(this, 'Rest');
    auth.protect(restApi.root.addResource('orders').addMethod('GET', new MockIntegration()), ['read:orders']);
    auth.addGatewayResponses(restApi);
    const integration = new HttpUrlIntegration('Backend', 'https://backend.example');
    const routes = new HttpApi(this, 'Http').addRoutes({ path: '/items', methods: [HttpMethod.GET], integration });
    auth.protect(routes, { anyOf: ['read:items', 'admin'] });
`;
const IMPORTS: readonly (readonly [names: string, from: string])[] = [
  ['Auth0Authorizer', 'auth0-api-authorizer'],
  ['App, Stack', 'aws-cdk-lib'],
  ['MockIntegration, RestApi', 'aws-cdk-lib/aws-apigateway'],
  ['HttpApi, HttpMethod', 'aws-cdk-lib/aws-apigatewayv2'],
  ['HttpUrlIntegration', 'aws-cdk-lib/aws-apigatewayv2-integrations'],
  ['Secret', 'aws-cdk-lib/aws-secretsmanager'],
];
const ES_IMPORTS = IMPORTS.map(([names, from]) => `import { ${names} } from '${from}';`).join('\n');
const REQUIRES = IMPORTS.map(([names, from]) => `const { ${names} } = require('${from}');`).join('\n');

const TYPESCRIPT_STACK = `${ES_IMPORTS}
import type { StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

export class ConsumerStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);${STACK_BODY}  }
}
`;
const APP = 'new ConsumerStack(new App(), "Consumer");\n';
const STRICT = { strict: true, skipLibCheck: false, noEmit: true, target: 'ES2022', types: ['node'] };

function tsconfig(options: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ compilerOptions: { ...STRICT, ...options }, include: ['**/*.ts'] });
}

function typescriptApp(app: string, type: string, importOfStack: string, options: Readonly<Record<string, unknown>>) {
  return {
    'package.json': JSON.stringify({ private: true, type }),
    'cdk.json': JSON.stringify({ app }),
    'tsconfig.json': tsconfig(options),
    'bin/app.ts': `import { App } from 'aws-cdk-lib';\nimport { ConsumerStack } from '${importOfStack}';\n\n${APP}`,
    'lib/consumer-stack.ts': TYPESCRIPT_STACK,
  };
}

const ESM = typescriptApp('npx tsx bin/app.ts', 'module', '../lib/consumer-stack.js', {
  module: 'NodeNext',
  verbatimModuleSyntax: true,
});
const TS_NODE = typescriptApp('npx ts-node --prefer-ts-exts bin/app.ts', 'commonjs', '../lib/consumer-stack', {
  module: 'commonjs',
  moduleResolution: 'node',
  experimentalDecorators: true,
});
const JAVASCRIPT = {
  'package.json': '{"private":true}',
  'cdk.json': '{"app":"node app.js"}',
  'app.js': `${REQUIRES}
class ConsumerStack extends Stack {
  constructor(scope, id) {
    super(scope, id);${STACK_BODY}  }
}
${APP}`,
};

function within(folder: string, files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [join(folder, name), text]));
}

function expectBothApis({ templates }: Assembly): void {
  const template = templates.values().next().value ?? '';
  const { Resources } = JSON.parse(template);
  const resources = Object.values<{ Type: string; Properties: Record<string, unknown> }>(Resources);
  const routes = resources.filter(({ Type }) => ['AWS::ApiGateway::Method', 'AWS::ApiGatewayV2::Route'].includes(Type));
  expect(routes.map(({ Properties }) => Properties.AuthorizationType)).toEqual(['CUSTOM', 'CUSTOM']);
}

/** The template must not depend on the machine or the folder in which it was made. */
function expectNoPathIn({ templates }: Assembly, { directory }: Consumer): void {
  for (const template of templates.values()) {
    expect(template).not.toContain(directory);
    expect(template).not.toContain(new URL('../../', import.meta.url).pathname);
    expect(template).not.toContain('/node_modules/');
  }
}

describe('an app of today', () => {
  let consumer: Consumer;
  beforeAll(async () => {
    consumer = await Consumer.install([tarball, ...TODAY]);
  });
  afterAll(() => consumer.remove());

  it('that cdk init has made type-checks and synthesizes', async () => {
    await mkdir(join(consumer.directory, 'consumer'));
    await consumer.run(
      'cdk',
      ['init', 'app', '--language', 'typescript', '--generate-only', '--no-notices'],
      'consumer',
    );
    // Its tsconfig.json expects the packages in its own folder.
    await symlink('../node_modules', join(consumer.directory, 'consumer/node_modules'));
    await consumer.write({ 'consumer/lib/consumer-stack.ts': TYPESCRIPT_STACK });
    await consumer.run('cdk', ['synth', '--quiet', '--no-version-reporting', '--no-notices'], 'consumer');
  });

  it('in ES modules type-checks strictly, synthesizes, and gives the same assets as JavaScript', async () => {
    await consumer.write({ ...within('esm', ESM), ...within('javascript', JAVASCRIPT) });
    await consumer.run('tsc', ['--project', '.'], 'esm');
    const esm = await consumer.synthesize('esm');
    expectBothApis(esm);
    expectNoPathIn(esm, consumer);
    const javascript = await consumer.synthesize('javascript');
    expectBothApis(javascript);
    expectNoPathIn(javascript, consumer);
    expect(javascript.assets).toEqual(esm.assets);
    expect((await consumer.synthesize('esm')).assets).toEqual(esm.assets);
  });

  it('has the command line under both names', async () => {
    expect(await consumer.run('asp', ['--help'])).toContain('Usage: asp COMMAND');
    expect(await consumer.run('auth0-api-authorizer', ['--version'])).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('can deploy the application of the package', async () => {
    await consumer.write({ 'ready/cdk.json': '{"app":"node ../node_modules/auth0-api-authorizer/app.js"}' });
    const { templates } = await consumer.synthesize('ready');
    expect([...templates.keys()].sort()).toEqual(['Auth0Authorizer', 'Auth0AuthorizerKey']);
  });

  it('deploys code that every user can read, whatever the umask was when npm installed it', async () => {
    const functions = join(consumer.directory, 'node_modules/auth0-api-authorizer/functions');
    for (const name of await readdir(functions)) await chmod(join(functions, name, 'index.js'), 0o600);
    await consumer.write(within('umask', JAVASCRIPT));
    const { directory } = await consumer.synthesize('umask');
    const assets = (await readdir(directory)).filter((name) => name.startsWith('asset.'));
    const modes = await Promise.all(
      assets.map(async (name) => (await stat(join(directory, name, 'index.js'))).mode & 0o777),
    );
    expect(modes).toEqual(assets.map(() => 0o644));
  });

  it('works with a second copy of aws-cdk-lib under the package', async () => {
    const nested = 'node_modules/auth0-api-authorizer/node_modules';
    for (const name of ['aws-cdk-lib', 'constructs']) {
      await consumer.copy(join(consumer.directory, 'node_modules', name), join(nested, name));
    }
    await consumer.write(within('two-copies', ESM));
    await consumer.run('tsc', ['--project', '.'], 'two-copies');
    expectBothApis(await consumer.synthesize('two-copies'));
  });
});

describe('an app of the last years', () => {
  let consumer: Consumer;
  beforeAll(async () => {
    consumer = await Consumer.install([tarball, ...LAST_YEARS]);
  });
  afterAll(() => consumer.remove());

  it('in CommonJS by ts-node type-checks strictly and synthesizes', async () => {
    await consumer.write(within('ts-node', TS_NODE));
    await consumer.run('tsc', ['--project', '.'], 'ts-node');
    const assembly = await consumer.synthesize('ts-node');
    expectBothApis(assembly);
    expectNoPathIn(assembly, consumer);
  });
});

describe('an app with the lowest versions of the peers', () => {
  let consumer: Consumer;
  beforeAll(async () => {
    const { PEERS } = await import('../../build/package-json.ts');
    const lowest = Object.entries(PEERS).map(([name, range]) => `${name}@${range.replace('^', '')}`);
    consumer = await Consumer.install([tarball, ...lowest, 'tsx@4.23.15', 'typescript@5.9.3', '@types/node@24']);
  });
  afterAll(() => consumer.remove());

  it('type-checks strictly, synthesizes, and keeps backups of the state and timeouts of custom resources', async () => {
    await consumer.write(within('lowest', ESM));
    await consumer.run('tsc', ['--project', '.'], 'lowest');
    const assembly = await consumer.synthesize('lowest');
    expectBothApis(assembly);
    const [template] = assembly.templates.values();
    for (const property of ['PointInTimeRecoverySpecification', 'ServiceTimeout', 'RotateImmediatelyOnUpdate']) {
      expect(template).toContain(`"${property}"`);
    }
  });
});
