/** Reads what the deployment may change at the tenant, so that it can be compared before and after. */
import { isDeepStrictEqual } from 'node:util';
import type { Configuration } from '../../src/config/configuration.ts';
import type { ClientGrant } from '../../src/management/client-grants.ts';
import type { ManagementConnection } from '../../src/management/management-connection.ts';
import type { ResourceServer } from '../../src/management/resource-servers.ts';

export interface TenantSnapshot {
  /** `undefined` if the tenant has none with the audience. */
  readonly resourceServer: ResourceServer | undefined;
  /** The grant of the management client for the Management API. */
  readonly clientGrant: ClientGrant | undefined;
}

/** @throws SetupError `management_…` */
export async function snapshotTenant(
  { resourceServers, clientGrants, audience, clientId }: ManagementConnection,
  configuration: Configuration,
): Promise<TenantSnapshot> {
  return {
    resourceServer: await resourceServers.find(configuration.audience),
    clientGrant: await clientGrants.find(configuration.grantClientId ?? clientId, audience),
  };
}

/** The members that differ, such as `the API's keys`; empty if nothing does. */
export function differencesBetween(before: TenantSnapshot, after: TenantSnapshot): readonly string[] {
  return [
    ...differencesIn("the API's", before.resourceServer, after.resourceServer),
    ...differencesIn("the client grant's", before.clientGrant, after.clientGrant),
  ];
}

function differencesIn(whose: string, before: object | undefined, after: object | undefined): readonly string[] {
  if ((before === undefined) !== (after === undefined)) {
    return [`${whose.replace(/'s$/, '')} ${before === undefined ? 'was not there before' : 'is gone'}`];
  }
  const [old, current] = [sorted(before), sorted(after)];
  const names = new Set([...Object.keys(old), ...Object.keys(current)]);
  return [...names].filter((name) => !isDeepStrictEqual(old[name], current[name])).map((name) => `${whose} ${name}`);
}

/** The order of scopes means nothing. */
function sorted(value: object | undefined): Readonly<Record<string, unknown>> {
  const entries = Object.entries(value ?? {});
  return Object.fromEntries(entries.map(([name, member]) => [name, name === 'scopes' ? [...member].sort() : member]));
}
