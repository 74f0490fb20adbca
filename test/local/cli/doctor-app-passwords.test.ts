/** `asp doctor`: what self-service app passwords need at the tenant. */
import { describe, expect, it } from 'vitest';
import { type Chain, openChain, PAGE_URL } from '../../support/cli/chain.ts';
import { takeScope } from '../../support/cli/tenant.ts';

async function check(chain: Chain, id: string, args: readonly string[] = []) {
  const { code, stdout } = await chain.doctor(['--json', ...args]);
  const checks: readonly Readonly<Record<string, string>>[] = JSON.parse(stdout).checks;
  const { state, detail, fix } = checks.find((one) => one.id === id) ?? {};
  return { code, state, text: `${detail}\n${fix}` };
}

const pageClient = ({ local: { tenant } }: Chain, change: object) => {
  const record = tenant.state.clients.get('page-of-test');
  if (record) tenant.state.clients.set(record.client_id, { ...record, ...change });
};
const grant = ({ local: { tenant } }: Chain, change: object) => {
  const record = tenant.state.clientGrants.get('cgr_manageroftest');
  if (record) tenant.state.clientGrants.set(record.id, { ...record, ...change });
};
const api = ({ local: { tenant } }: Chain, change: object) => {
  const record = [...tenant.state.resourceServers.values()].find(({ identifier }) => identifier === 'https://demo.api');
  if (record) tenant.state.resourceServers.set(record.id, { ...record, ...change });
};
const configure = (chain: Chain, context: object) => chain.write('cdk.json', JSON.stringify({ context }));

describe('asp doctor on app passwords', () => {
  it.each<[string, string, string, (chain: Chain) => void, RegExp]>([
    [
      'warns of an API without the scope',
      'app-passwords-scope',
      'warned',
      (chain) => api(chain, { scopes: [{ value: 'read:foo' }] }),
      /does not offer manage:app_passwords, so nobody may use the page\nAdd it/,
    ],
    [
      'reports that the client lacks a scope',
      'app-passwords-client',
      'failed',
      (chain) => grant(chain, { scope: ['read:user_application_passwords', 'create:user_application_passwords'] }),
      /manager-of-test lacks delete:user_application_passwords\n.*Machine to Machine/,
    ],
    [
      'reports that the client has no grant',
      'app-passwords-client',
      'failed',
      (chain) => void chain.local.tenant.state.clientGrants.delete('cgr_manageroftest'),
      /lacks read:user_application_passwords, create:user_application_passwords, delete:/,
    ],
    [
      'warns of a client that may do more',
      'app-passwords-client',
      'warned',
      (chain) => {
        const scope = ['read', 'create', 'delete'].map((verb) => `${verb}:user_application_passwords`);
        grant(chain, { scope: [...scope, 'read:users'] });
      },
      /also has read:users\nTake the other scopes away/,
    ],
    [
      'warns of a client that may do everything',
      'app-passwords-client',
      'warned',
      (chain) => grant(chain, { scope: [], allow_all_scopes: true }),
      /also has all scopes/,
    ],
    [
      'reports a page whose client has a secret',
      'app-passwords-page',
      'failed',
      (chain) => pageClient(chain, { app_type: 'regular_web' }),
      /is of the type regular_web\nUse a single page application/,
    ],
    [
      'reports a page whose client may not use codes',
      'app-passwords-page',
      'failed',
      (chain) => pageClient(chain, { grant_types: ['implicit'] }),
      /may not use authorization_code/,
    ],
    [
      'names every URL that the client lacks',
      'app-passwords-page',
      'failed',
      (chain) => pageClient(chain, { callbacks: [`${PAGE_URL}x`], allowed_logout_urls: [], web_origins: [] }),
      /callback URL https:\/\/page\.example\/prod\/\n.*logout URL .*\n.*web origin https:\/\/page\.example\n/,
    ],
    [
      'warns of refresh tokens that do not rotate',
      'app-passwords-page',
      'warned',
      (chain) => pageClient(chain, { refresh_token: { rotation_type: 'non-rotating' } }),
      /does not rotate its refresh tokens/,
    ],
    [
      'reports a client that does not exist',
      'app-passwords-page',
      'failed',
      (chain) => void chain.local.tenant.state.clients.delete('page-of-test'),
      /the tenant has no client page-of-test/,
    ],
    [
      'reports a configuration without a client',
      'app-passwords-page',
      'failed',
      (chain) => configure(chain, { appPasswords: true }),
      /appPasswordClients is missing/,
    ],
    [
      'does not check a client whose id it does not know',
      'app-passwords-client',
      'skipped',
      (chain) => configure(chain, { appPasswords: true, appPasswordClients: ['page-of-test'] }),
      /not checked: its id is not known here/,
    ],
    [
      'does not check what it may not read',
      'app-passwords-page',
      'skipped',
      (chain) => takeScope(chain.local.tenant, 'read:clients'),
      /not checked: the management client lacks read:clients/,
    ],
    [
      'does not check what the tenant does not show',
      'app-passwords-page',
      'skipped',
      (chain) => pageClient(chain, { app_type: undefined, callbacks: null }),
      /not checked: the tenant does not show the settings of page-of-test/,
    ],
    [
      'skips everything if the configuration does not ask for it',
      'app-passwords-scope',
      'skipped',
      (chain) => configure(chain, {}),
      /skipped: appPasswords is off/,
    ],
  ])('%s', async (_, id, expected, change, text) => {
    const chain = await openChain();
    change(chain);
    const found = await check(chain, id);
    expect(found.text).toMatch(text);
    expect(found.state).toBe(expected);
    if (expected !== 'skipped') expect(found.code).toBe(expected === 'failed' ? 1 : 0);
  });

  it('accepts callbacks with a wildcard, which it cannot compare', async () => {
    const chain = await openChain();
    pageClient(chain, { callbacks: ['https://*.example/prod/'] });
    expect(await check(chain, 'app-passwords-page')).toMatchObject({ state: 'passed' });
  });

  it('takes the client from the command line', async () => {
    const chain = await openChain();
    const { text } = await check(chain, 'app-passwords-client', ['--app-passwords-client-id', 'local-machine-client']);
    expect(text).toMatch(/^local-machine-client lacks/);
  });
});
