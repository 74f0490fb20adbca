/** A tenant for the tests of the command line, with settings for it. */
import { onTestFinished } from 'vitest';
import { startTenant, type Tenant, type TenantOptions } from '../../../local/tenant/server.ts';
import { newSigningKey } from '../../../local/tenant/signing-keys.ts';
import { generateSigningKey } from '../../../src/signing-key/generate-signing-key.ts';
import { openWorkshop, START_MS, type Workshop } from './asp.ts';

export const USER = 'auth0|1234';
export const DEMO_API = 'https://demo.api';
const CLIENT_SECRET = 'local-management-secret';

/** Created once for each test file, because RSA keys take time. */
const tenantKey = await newSigningKey();
export const signingJwk = await generateSigningKey(START_MS);

export interface TenantForTest extends Workshop {
  readonly tenant: Tenant;
}

/** A bare tenant, and a workshop whose environment points to it; the client's secret must never be shown. */
export async function openTenant(options: TenantOptions = {}): Promise<TenantForTest> {
  const clock = { ms: START_MS };
  const tenant = await startTenant({ signingKey: tenantKey, now: () => clock.ms, ...options });
  onTestFinished(() => tenant.close());
  const workshop = openWorkshop(settingsOf(tenant));
  workshop.secrets.add(CLIENT_SECRET);
  // Both use one clock.
  Object.defineProperty(clock, 'ms', { get: () => workshop.clock.ms });
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
    AUTH0_CLIENT_ID: 'local-management-client',
    AUTH0_CLIENT_SECRET: CLIENT_SECRET,
    AUTH0_AUDIENCE: DEMO_API,
  };
}

/** Removes one scope from the management client's grant. */
export function takeScope({ state, issuer }: Tenant, scope: string): void {
  for (const grant of state.clientGrants.values()) {
    if (grant.client_id !== 'local-management-client' || grant.audience !== `${issuer}api/v2/`) continue;
    state.clientGrants.set(grant.id, { ...grant, scope: grant.scope.filter((value) => value !== scope) });
  }
}
