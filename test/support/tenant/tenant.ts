/** The local tenant for tests: its clients, and functions that open it for one test or share it in a file. */
import { afterAll, beforeEach, onTestFinished } from 'vitest';
import type { Seed } from '../../../local/tenant/records.ts';
import { startTenant, type Tenant, type TenantOptions } from '../../../local/tenant/server.ts';
import { newSigningKey } from '../../../local/tenant/signing-keys.ts';

export const START_MS = 1_800_000_000_000;
export const DEMO_API = 'https://demo.api';
export const MANAGEMENT_CLIENT = { clientId: 'local-management-client', clientSecret: 'local-management-secret' };
export const PASSWORD_CLIENT = { clientId: 'local-password-client', clientSecret: 'local-password-secret' };

/** The tenant's own key, created once for each test file, because RSA keys take time. */
export const signingKey = await newSigningKey();

/** Our own requests must obey every rule, although a real tenant forgives more. */
const STRICT = { isStrict: true } as const;

export interface Clock {
  ms: number;
}

/** Opens a tenant for one test, with a clock that moves only when the test moves it. */
export async function open(
  seed: Partial<Seed> = {},
  options: TenantOptions = {},
): Promise<{ readonly tenant: Tenant; readonly clock: Clock }> {
  const clock = { ms: START_MS };
  const tenant = await startTenant({
    now: () => clock.ms,
    seed,
    signingKey,
    ...options,
    behaviour: { ...STRICT, ...options.behaviour },
  });
  onTestFinished(() => tenant.close());
  return { tenant, clock };
}

/**
 * Starts a tenant that all tests of a file share: each test finds it as it was at the start.
 *
 * @returns the tenant, and a function that restores that state during a test
 */
export async function shareTenant(
  options: TenantOptions = {},
): Promise<{ readonly tenant: Tenant; readonly reset: () => void }> {
  const tenant = await startTenant({ signingKey, ...options, behaviour: { ...STRICT, ...options.behaviour } });
  const reset = remember(tenant);
  beforeEach(reset);
  afterAll(() => tenant.close());
  return { tenant, reset };
}

/** Returns a function that restores the tenant's present state. */
function remember({ state, behaviour, faults, requestLog }: Tenant): () => void {
  const maps = [state.resourceServers, state.clientGrants, state.applicationPasswords] as Map<string, unknown>[];
  const contents = maps.map((map) => [...map]);
  const behaved = { ...behaviour };
  return () => {
    for (const [index, map] of maps.entries()) {
      map.clear();
      for (const [id, record] of contents[index] ?? []) map.set(id, record);
    }
    Object.assign(behaviour, behaved);
    faults.clear();
    requestLog.clear();
  };
}

/** The requests to the Management API that changed something, or tried to. */
export function writesTo(tenant: Tenant): readonly string[] {
  return tenant.requests
    .filter(({ method, path }) => method !== 'GET' && path.startsWith('/api/v2/'))
    .map(({ method, path }) => `${method} ${path}`);
}
