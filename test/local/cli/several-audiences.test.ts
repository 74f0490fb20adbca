/** The commands for an API with several audiences, against the local tenant. */
import { describe, expect, it } from 'vitest';
import { openTenant, signingJwk, type TenantForTest, USER } from '../../support/cli/tenant.ts';
import { DEMO_API } from '../../support/tenant/tenant.ts';

const OTHER = 'https://demo.api/';
const KEY = ['--key', 'key.json'];
const CDK = {
  audience: DEMO_API,
  audiences: [OTHER],
  routes: {
    'GET /foo': { allOf: ['read:foo'], audience: OTHER },
    'GET /me': [],
    'GET /x': { allOf: [], audience: OTHER },
  },
};

async function openSeveral(context: object = CDK): Promise<TenantForTest> {
  const opened = await openTenant();
  opened.write('key.json', JSON.stringify(signingJwk));
  opened.write('cdk.json', JSON.stringify({ context }));
  opened.secrets.add(signingJwk.d);
  return opened;
}

const holders = ({ tenant }: TenantForTest) =>
  [...tenant.state.resourceServers.values()]
    .filter(({ verificationKey }) => verificationKey !== undefined)
    .map(({ identifier }) => identifier)
    .sort();

describe('asp setup and teardown', () => {
  it('give the key to the resource server of each audience, and restore each', async () => {
    const opened = await openSeveral();
    const before = opened.tenant.snapshot();
    const { code, stdout } = await opened.asp(['setup', ...KEY]);
    expect(code).toBe(0);
    for (const identifier of [DEMO_API, OTHER])
      expect(stdout).toContain(`resource server ${identifier}, verificationKey`);
    expect(holders(opened)).toEqual([DEMO_API, OTHER]);
    expect((await opened.asp(['setup', ...KEY])).stdout).toContain('Nothing');
    expect(await opened.asp(['teardown'])).toMatchObject({ code: 0 });
    expect(opened.tenant.snapshot()).toBe(before);
  });

  it.each([
    ['an option', ['--audience', DEMO_API, '--audiences', OTHER], {}],
    ['the environment', [], { AUTH0_AUDIENCES: OTHER }],
    ['JSON', ['--audiences', JSON.stringify([OTHER])], {}],
  ])('take the audiences from %s', async (_, options, environment) => {
    const opened = await openSeveral({});
    await opened.asp(['setup', ...KEY, ...options], { environment });
    expect(holders(opened)).toEqual([DEMO_API, OTHER]);
    await opened.asp(['teardown', ...options], { environment });
    expect(holders(opened)).toEqual([]);
  });

  it('are about one audience only if --audience names it', async () => {
    const opened = await openSeveral();
    await opened.asp(['setup', ...KEY, '--audience', OTHER]);
    expect(holders(opened)).toEqual([OTHER]);
  });

  it('change nothing if the tenant lacks the second resource server in a dry run', async () => {
    const opened = await openSeveral({ ...CDK, audiences: ['https://no.api'], routes: { 'GET /foo': [] } });
    const before = opened.tenant.snapshot();
    const { code, stderr } = await opened.asp(['setup', ...KEY, '--dry-run']);
    expect(code).toBe(1);
    expect(stderr).toContain('https://no.api');
    expect(opened.tenant.snapshot()).toBe(before);
  });

  it('refuse audiences that are not a list of identifiers', async () => {
    const { asp } = await openSeveral({ ...CDK, audiences: ['two words', OTHER] });
    for (const options of [
      ['--audiences', `${OTHER} ${OTHER}`],
      ['--audiences', '[7.5]'],
    ]) {
      const { code, stderr } = await asp(['setup', ...KEY, ...options]);
      expect(stderr).toMatch(/The list of audiences has 1 fault:\n {2}audiences/);
      expect(code).not.toBe(0);
    }
  });
});

describe('asp doctor', () => {
  const lineOf = (stdout: string, title: string) => stdout.split('\n').filter((line) => line.includes(title))[0];

  it('checks the resource server, the key and the introspection of each audience', async () => {
    const opened = await openSeveral();
    await opened.asp(['setup', ...KEY]);
    const { stdout } = await opened.asp(['doctor', ...KEY]);
    expect(lineOf(stdout, 'The configuration is complete')).toBe(
      `✓ The configuration is complete: ${DEMO_API}, ${OTHER} at ${opened.tenant.issuer}`,
    );
    for (const title of ['has the resource server', 'has the public key', 'introspects for the API'])
      expect(lineOf(stdout, title), title).toMatch(/^✓ .*: https:\/\/demo\.api: /);
    expect(stdout.match(/^ {2}https:\/\/demo\.api\/: /gm)).toHaveLength(4);
  });

  it('fails if only the main resource server has the key, and says which one lacks it', async () => {
    const opened = await openSeveral();
    await opened.asp(['setup', ...KEY, '--audience', DEMO_API]);
    const { code, stdout } = await opened.asp(['doctor', ...KEY]);
    expect(code).toBe(1);
    expect(lineOf(stdout, 'has the public key')).toMatch(/^✗ .*: https:\/\/demo\.api: key /);
    expect(stdout).toMatch(/^ {2}https:\/\/demo\.api\/: not everywhere that the tenant may look/m);
    expect(lineOf(stdout, 'introspects for the API')).toMatch(/^✗/);
  });
});

describe('asp introspect', () => {
  it.each([
    [
      'an app specific password',
      ({ tenant }: TenantForTest) => tenant.mintApplicationPassword({ audience: OTHER }).value,
    ],
    ['an opaque token', ({ tenant }: TenantForTest) => tenant.mintOpaque({ audience: OTHER })],
    ['a JWT', ({ tenant }: TenantForTest) => tenant.mintJwt({ audience: OTHER })],
  ])('finds %s of another audience, and explains each route', async (_, mint) => {
    const opened = await openSeveral();
    await opened.asp(['setup', ...KEY]);
    const input = mint(opened);
    const { stdout } = await opened.asp(['introspect', ...KEY, '--explain', '--json', '-'], { input });
    const { response, explanations } = JSON.parse(stdout);
    expect(response).toMatchObject({ active: true, sub: USER, aud: OTHER });
    expect(explanations).toMatchObject([
      { route: 'GET /foo', status: 200, rule: `has read:foo and is for ${OTHER}`, audiences: [OTHER] },
      { route: 'GET /me', status: 200, rule: 'any principal may call it', audiences: [OTHER] },
      { route: 'GET /x', status: 200, rule: `is for ${OTHER}` },
    ]);
    const table = await opened.asp(['introspect', ...KEY, '--explain', '-'], { input });
    expect(table.stdout).toContain(`; it is for ${OTHER}):`);
  });

  it('explains that a route is for another audience', async () => {
    const opened = await openSeveral();
    await opened.asp(['setup', ...KEY]);
    const input = opened.tenant.mintOpaque();
    const { stdout } = await opened.asp(['introspect', ...KEY, '--explain', '--json', '-'], { input });
    expect(JSON.parse(stdout).explanations).toMatchObject([
      {
        status: 401,
        reason: 'audience_mismatch',
        rule: `it is for another API, or not for ${OTHER}, which the route requires`,
      },
      { status: 200 },
      { status: 401 },
    ]);
  });

  it('asks in the name of one audience only if --audience names it, and still explains with all', async () => {
    const opened = await openSeveral();
    await opened.asp(['setup', ...KEY]);
    const input = opened.tenant.mintOpaque();
    const options = ['introspect', ...KEY, '--audience', OTHER, '--explain', '--json', '-'];
    const { response, explanations } = JSON.parse((await opened.asp(options, { input })).stdout);
    expect(response).toEqual({ active: false });
    expect(explanations).toMatchObject([{ status: 401 }, { status: 200, audiences: [DEMO_API] }, { status: 401 }]);
  });
});
