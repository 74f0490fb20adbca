/** Every example as its users copy it: installs the package, type-checks, synthesizes. Two of them are deployed to the emulator. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { reachableApiUrl } from '../../local/deployment/stack-outputs.ts';
import { AwsForTest, MANAGEMENT_SECRET, succeeded } from '../support/aws/aws-for-test.ts';
import { bearer, call } from '../support/http/call.ts';
import { type Assembly, Consumer } from '../support/package/consumer.ts';

const EXAMPLES = new URL('../../examples/', import.meta.url).pathname;
const STACKS: Readonly<Record<string, readonly string[]>> = {
  'dev-and-prod': ['Orders-dev', 'Orders-prod'],
  'http-api': ['HttpApiExample'],
  'http-backend': ['HttpBackendExample'],
  'rest-api': ['RestApiExample'],
  'setup-only': ['SetupOnlyExample'],
  'websocket-api': ['WebSocketApiExample'],
};
/** These need the JavaScript API of an older compiler. */
const BY_TS_NODE = ['http-backend'];
const PACKAGES = ['aws-cdk-lib@2.276.0', 'constructs@10.8.1', '@types/node@24'];
const tarball = inject('tarball');
const ministack = inject('ministack');

/** Synthesizes an example with the values that its `cdk.json` has. */
async function prepare(consumer: Consumer, name: string): Promise<Assembly> {
  await consumer.copy(join(EXAMPLES, name), name);
  const files = await readdir(join(consumer.directory, name));
  if (files.includes('tsconfig.json')) await consumer.run('tsc', ['--project', '.'], name);
  return consumer.synthesize(name, {});
}

describe('the examples', () => {
  let today: Consumer;
  let byTsNode: Consumer;
  let aws: AwsForTest;

  beforeAll(async () => {
    today = await Consumer.install([tarball, ...PACKAGES, 'tsx@4.23.15', 'typescript@7.0.2']);
    byTsNode = await Consumer.install([tarball, ...PACKAGES, 'ts-node@10.9.2', 'typescript@5.9.3']);
    if (ministack !== '') aws = await AwsForTest.start(ministack);
  });
  afterAll(() => Promise.all([today?.remove(), byTsNode?.remove(), aws?.close()]));

  it('are these', async () => {
    const entries = await readdir(EXAMPLES, { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    expect(folders.sort()).toEqual(Object.keys(STACKS));
    const overview = await readFile(join(EXAMPLES, 'README.md'), 'utf8');
    for (const folder of folders) expect(overview).toContain(`[\`${folder}\`](${folder})`);
  });

  it.each(Object.entries(STACKS))('%s type-checks strictly and synthesizes', async (name, stacks) => {
    const { templates } = await prepare(BY_TS_NODE.includes(name) ? byTsNode : today, name);
    expect([...templates.keys()].sort()).toEqual(stacks);
    for (const template of templates.values()) expect(template).toContain('"Custom::Auth0ResourceServer"');
  });

  describe.skipIf(ministack === '')('in the emulator', () => {
    async function deploy(name: string): Promise<Assembly> {
      const { issuer } = aws.tenant;
      const context = { issuer, audience: 'https://demo.api', managementSecret: MANAGEMENT_SECRET };
      const assembly = await today.synthesize(name, context);
      await leaveOutWhatTheEmulatorLacks(assembly);
      succeeded(await aws.deploy(assembly.directory));
      return assembly;
    }

    it.each(['rest-api', 'http-api'])('%s lets in who has the scope, and nobody else', async (name) => {
      const before = aws.tenant.snapshot();
      const { directory } = await deploy(name);
      const { OrdersUrl = '', HttpApiId } = await aws.outputs();
      const url = HttpApiId
        ? `${aws.account.url}/_aws/execute-api/${HttpApiId}/$default/orders`
        : reachableApiUrl(aws.account, OrdersUrl);
      const allowed = bearer(aws.tenant.mintOpaque({ scope: 'read:orders' }));
      const response = await call(new URL(url), 'GET', allowed);
      expect(response).toMatchObject({ status: 200 });
      expect(JSON.parse(response.body)).toEqual({ orders: [], caller: 'auth0|1234' });
      expect((await call(new URL(url), 'POST', allowed)).status).toBe(403);
      expect((await call(new URL(url), 'GET', bearer('garbage'))).status).toBeGreaterThanOrEqual(401);
      expect((await call(new URL(url), 'GET', [])).status).toBe(401);
      succeeded(await aws.destroy(directory));
      expect(aws.tenant.snapshot()).toBe(before);
    });
  });
});

/** The emulator supports neither the identity sources of a cached decision nor rotation schedules. */
async function leaveOutWhatTheEmulatorLacks({ directory, templates }: Assembly): Promise<void> {
  for (const [name, text] of templates) {
    const template = JSON.parse(text);
    for (const [id, resource] of Object.entries<Resource>(template.Resources)) {
      if (resource.Type === 'AWS::SecretsManager::RotationSchedule') delete template.Resources[id];
      if (resource.Properties && 'AuthorizerResultTtlInSeconds' in resource.Properties) {
        resource.Properties.AuthorizerResultTtlInSeconds = 0;
      }
    }
    await writeFile(join(directory, `${name}.template.json`), JSON.stringify(template));
  }
}

interface Resource {
  readonly Type: string;
  readonly Properties?: Record<string, unknown>;
}
