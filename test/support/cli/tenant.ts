/** A tenant for the tests of the command line, with settings for it. */
import type { Tenant, TenantOptions } from '../../../local/tenant/server.ts';
import { generateSigningKey } from '../../../src/signing-key/generate-signing-key.ts';
import { DEMO_API, MANAGEMENT_CLIENT, open } from '../tenant/tenant.ts';
import { openWorkshop, START_MS, type Workshop } from './asp.ts';

export const USER = 'auth0|1234';

/** Created once for each test file, because RSA keys take time. */
export const signingJwk = await generateSigningKey(START_MS);

export interface TenantForTest extends Workshop {
  readonly tenant: Tenant;
}

/** A bare tenant, and a workshop whose environment points to it; the client's secret must never be shown. */
export async function openTenant(options: TenantOptions = {}): Promise<TenantForTest> {
  let now = () => START_MS;
  const { tenant } = await open({}, { now: () => now(), ...options });
  const workshop = openWorkshop(settingsOf(tenant));
  // Both use one clock.
  now = () => workshop.clock.ms;
  workshop.secrets.add(MANAGEMENT_CLIENT.clientSecret);
  return { ...workshop, tenant };
}

/** The same, with the key of `signingJwk` in its file and the tenant set up for it. */
export async function openReadyTenant(options: TenantOptions = {}): Promise<TenantForTest> {
  const opened = await openTenant(options);
  opened.write('key.json', JSON.stringify(signingJwk));
  opened.secrets.add(signingJwk.d);
  await opened.asp(['setup', '--key', 'key.json']);
  opened.tenant.requestLog.clear();
  return opened;
}

export function settingsOf({ issuer }: Pick<Tenant, 'issuer'>): Readonly<Record<string, string>> {
  return {
    AUTH0_DOMAIN: issuer,
    AUTH0_CLIENT_ID: MANAGEMENT_CLIENT.clientId,
    AUTH0_CLIENT_SECRET: MANAGEMENT_CLIENT.clientSecret,
    AUTH0_AUDIENCE: DEMO_API,
  };
}

/** Removes one scope from the management client's grant. */
export function takeScope({ state, issuer }: Tenant, scope: string): void {
  for (const grant of state.clientGrants.values()) {
    if (grant.client_id !== MANAGEMENT_CLIENT.clientId || grant.audience !== `${issuer}api/v2/`) continue;
    state.clientGrants.set(grant.id, { ...grant, scope: grant.scope.filter((value) => value !== scope) });
  }
}
