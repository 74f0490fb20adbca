/** `Custom::Auth0OfferedScope`: makes the resource server offer one more scope until the stack is deleted. */
import { type InferOutput, minLength, object, pipe, string } from 'valibot';
import { parse } from '../../src/config/parse.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { STATE_NAMES } from '../../src/core/state-store.ts';
import { type CustomResource, physicalId, warningsAttribute } from '../../src/custom-resource/resource.ts';
import type { ManagementConnection } from '../../src/management/management-connection.ts';
import { offerScope, withdrawScope } from '../../src/setup/offered-scope/offer-scope.ts';
import {
  type OfferedScopeRecord,
  parseOfferedScopeRecord,
} from '../../src/setup/offered-scope/offered-scope-record.ts';
import { recordKey } from '../../src/setup/record-store.ts';
import { sharedThing } from '../../src/setup/shared-thing.ts';
import type { SetupPorts } from './ports.ts';
import { type Held, withLease } from './with-lease.ts';

const text = pipe(string(), minLength(1));

const schema = object({ Audience: text, Scope: text, Description: text });

type Properties = InferOutput<typeof schema>;

type Ports = Pick<SetupPorts, 'settings' | 'state' | 'otherDeployments' | 'clock' | 'sleep' | 'uniqueId'> & {
  readonly connect: (timeoutMs: number) => Promise<Pick<ManagementConnection, 'resourceServers' | 'offeredScopes'>>;
};

/** Makes the resource. */
export function createOfferedScopeResource(ports: Ports): CustomResource {
  return {
    identify: (properties) => idOf(ports.settings, parseProperties(properties)),
    put: (id, properties, work) =>
      withLease(ports, work, (held) => offer(ports, { ...held, id, properties: parseProperties(properties) })),
    remove: (id, _properties, work) => withLease(ports, work, (held) => withdraw(ports, { ...held, id })),
  };
}

function idOf({ tenantUrl, managementSecret }: Ports['settings'], { Audience, Scope }: Properties): string {
  return physicalId('auth0-offered-scope', [tenantUrl, Audience, Scope, managementSecret]);
}

function parseProperties(properties: JsonObject): Properties {
  return parse(schema, properties, 'The properties of the scope');
}

interface Offer extends Held {
  readonly id: string;
  readonly properties: Properties;
}

async function offer(ports: Ports, { records, leftMs, id, properties }: Offer) {
  const { Audience: identifier, Scope: value, Description: description } = properties;
  const connection = await ports.connect(leftMs());
  // No identifier of a resource server ends in this.
  const key = `${recordKey(ports.settings.tenantUrl, identifier)} scope ${value}`;
  await records.acquire(key, id);
  const { warnings } = await offerScope({
    ...connection,
    ...recordOf(ports, records, key),
    identifier,
    scope: { value, description },
  });
  return { Warnings: warningsAttribute(warnings.map(({ message }) => message)) };
}

async function withdraw(ports: Ports, { records, leftMs, id }: Omit<Offer, 'properties'>): Promise<void> {
  await records.end({
    owner: id,
    tearDown: async (key) => withdrawScope({ ...(await ports.connect(leftMs())), ...recordOf(ports, records, key) }),
  });
}

/** The record of the scope, and who else offers it. */
function recordOf({ otherDeployments }: Ports, records: Held['records'], key: string) {
  const thing = { item: STATE_NAMES.resourceServers, key, records, parse: parseOfferedScopeRecord };
  return { records: records.storeFor<OfferedScopeRecord>(key), shared: sharedThing(thing, otherDeployments) };
}
