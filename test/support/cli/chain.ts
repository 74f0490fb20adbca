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

/** Local mode with everything configured, and with a key that the command line has too. */
export async function openChain(apiKey: typeof signingJwk | undefined = signingJwk): Promise<Chain> {
  const local = await startLocal({ resourceMetadata: true }, undefined, apiKey && { signingJwk: apiKey });
  const workshop = openWorkshop({
    ...settingsOf(local.tenant),
    AUTH0_PASSWORD_CLIENT_ID: 'local-password-client',
    ASP_API_URL: local.ready.gateway,
  });
  for (const secret of ['local-management-secret', 'local-password-secret', signingJwk.d]) workshop.secrets.add(secret);
  workshop.write('key.json', JSON.stringify(signingJwk));
  const publicUrl = local.ready.gateway.replace(/\/$/, '');
  workshop.write('cdk.json', JSON.stringify({ context: { resourceMetadata: true, publicUrl } }));
  // Local mode has set up its tenant, and has the record.
  await workshop.asp(['setup', '--key', 'key.json', '--replace-key']);
  const ports = { http: datedBy(workshop) };
  const doctor: Chain['doctor'] = (args = [], more = {}) =>
    workshop.asp(['doctor', '--key', 'key.json', ...args], { ports: { ...ports, ...more } });
  return { ...workshop, local, ports, doctor };
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
