/** Everything that `asp doctor` checks, in working order: local mode, and a workshop with settings for all of it. */
import type { Ports } from '../../../src/cli/ports.ts';
import type { HttpPort } from '../../../src/core/http.ts';
import { createHttpsClient } from '../../../src/http/https-client.ts';
import { type LocalForTest, startLocal } from '../local/start.ts';
import { openWorkshop, type Run, type Workshop } from './asp.ts';
import { settingsOf, signingJwk } from './tenant.ts';

export interface Chain extends Workshop {
  readonly local: LocalForTest;
  readonly ports: Partial<Ports>;
  doctor(args?: readonly string[], ports?: Partial<Ports>): Promise<Run>;
}

export const client = createHttpsClient();

/** Where the page for app passwords would be. */
export const PAGE_URL = 'https://page.example/prod/';

/** Local mode with everything configured, and with a key that the command line has too. */
export async function openChain(apiKey: typeof signingJwk | undefined = signingJwk): Promise<Chain> {
  const local = await startLocal({ resourceMetadata: true }, undefined, apiKey && { signingJwk: apiKey });
  const workshop = openWorkshop({
    ...settingsOf(local.tenant),
    AUTH0_PASSWORD_CLIENT_ID: 'local-password-client',
    ASP_API_URL: local.ready.gateway,
    ASP_APP_PASSWORDS_URL: PAGE_URL,
  });
  for (const secret of ['local-management-secret', 'local-password-secret', signingJwk.d]) workshop.secrets.add(secret);
  workshop.write('key.json', JSON.stringify(signingJwk));
  const publicUrl = local.ready.gateway.replace(/\/$/, '');
  const context = { resourceMetadata: true, publicUrl, ...offerAppPasswords(local) };
  workshop.write('cdk.json', JSON.stringify({ context }));
  // Local mode has set up its tenant, and has the record.
  await workshop.asp(['setup', '--key', 'key.json', '--replace-key']);
  const ports = { http: datedBy(workshop) };
  const doctor: Chain['doctor'] = (args = [], more = {}) =>
    workshop.asp(['doctor', '--key', 'key.json', ...args], { ports: { ...ports, ...more } });
  return { ...workshop, local, ports, doctor };
}

/** Gives the tenant what app passwords need. @returns their configuration */
function offerAppPasswords({ tenant: { state } }: LocalForTest) {
  const [page, manager] = ['page-of-test', 'manager-of-test'];
  state.clients.set(page, {
    client_id: page,
    name: 'Page',
    app_type: 'spa',
    grant_types: ['authorization_code', 'refresh_token'],
    ...{
      callbacks: [PAGE_URL],
      allowed_logout_urls: [PAGE_URL],
      web_origins: ['https://page.example'],
      refresh_token: { rotation_type: 'rotating' },
    },
  });
  const management = [...state.resourceServers.values()].find(({ is_system: isSystem }) => isSystem);
  state.clientGrants.set('cgr_manageroftest', {
    id: 'cgr_manageroftest',
    client_id: manager,
    audience: management?.identifier ?? '',
    scope: ['read', 'create', 'delete'].map((verb) => `${verb}:user_application_passwords`),
  });
  const api = [...state.resourceServers.values()].find(({ identifier }) => identifier === 'https://demo.api');
  if (!api) throw new Error('The seed has no demo API.');
  state.resourceServers.set(api.id, { ...api, scopes: [...(api.scopes ?? []), { value: 'manage:app_passwords' }] });
  return { appPasswords: true, appPasswordClients: [page], appPasswordsClientId: manager };
}

/** Servers put the system's time into `Date`, but here the clock is frozen. */
function datedBy({ clock }: Workshop): HttpPort {
  return async (request) => {
    const response = await client.send(request);
    return { ...response, headers: { ...response.headers, date: new Date(clock.ms).toUTCString() } };
  };
}

/** The checks, in order. */
export const ALL = [
  'configuration',
  'dns',
  'tls',
  'clock',
  'jwks',
  'management-client',
  'management-scopes',
  'resource-server',
  'token-settings',
  'key-on-record',
  'grant-scopes',
  'asp-feature',
  'introspection',
  'password-grant',
  'default-connection',
  'forwarded-ip',
  'deployed-api',
  'api-tokens',
  'resource-metadata',
  'app-passwords-scope',
  'app-passwords-client',
  'app-passwords-page',
];
