/** `Custom::Auth0OfferedScope`: makes the resource server offer one more scope until the stack is deleted. */
import { type InferOutput, minLength, object, pipe, string } from 'valibot';
import { parse } from '../../src/config/parse.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { type CustomResource, physicalId, type Work, warningsAttribute } from '../../src/custom-resource/resource.ts';
import type { ManagementConnection } from '../../src/management/management-connection.ts';
import { exclusively } from '../../src/setup/lease.ts';
import { offerScope, withdrawScope } from '../../src/setup/offered-scope/offer-scope.ts';
import type { OfferedScopeRecord } from '../../src/setup/offered-scope/offered-scope-record.ts';
import { recordKey } from '../../src/setup/record-store.ts';
import { leaseOptions } from './lease-options.ts';
import type { SetupPorts } from './ports.ts';

const text = pipe(string(), minLength(1));

const schema = object({ Audience: text, Scope: text, Description: text });

type Properties = InferOutput<typeof schema>;

type Ports = Pick<SetupPorts, 'settings' | 'state' | 'clock' | 'sleep' | 'uniqueId'> & {
  readonly connect: (timeoutMs: number) => Promise<Pick<ManagementConnection, 'resourceServers' | 'offeredScopes'>>;
};

/** Makes the resource. */
export function createOfferedScopeResource(ports: Ports): CustomResource {
  const { tenantUrl, managementSecret } = ports.settings;
  return {
    identify: (properties) => {
      const { Audience: audience, Scope: scope } = parseProperties(properties);
      return physicalId('auth0-offered-scope', [tenantUrl, audience, scope, managementSecret]);
    },
    put: (id, properties, work) => put(ports, id, parseProperties(properties), work),
    remove: (id, _properties, work) => remove(ports, id, work),
  };
}

function parseProperties(properties: JsonObject): Properties {
  return parse(schema, properties, 'The properties of the scope');
}

async function put(ports: Ports, id: string, { Audience: identifier, Scope, Description }: Properties, work: Work) {
  const endMs = ports.clock() + work.timeoutMs;
  const { warnings } = await exclusively(ports, leaseOptions(work), async ({ records }) => {
    const connection = await ports.connect(endMs - ports.clock());
    // No identifier of a resource server ends in this.
    const key = `${recordKey(ports.settings.tenantUrl, identifier)} scope ${Scope}`;
    await records.acquire(key, id);
    const scope = { value: Scope, description: Description };
    return offerScope({ ...connection, records: records.storeFor<OfferedScopeRecord>(key), identifier, scope });
  });
  return { Warnings: warningsAttribute(warnings.map(({ message }) => message)) };
}

async function remove(ports: Ports, id: string, work: Work): Promise<void> {
  const endMs = ports.clock() + work.timeoutMs;
  await exclusively(ports, leaseOptions(work), ({ records }) =>
    records.end({
      owner: id,
      tearDown: async (key) => {
        const connection = await ports.connect(endMs - ports.clock());
        await withdrawScope({ ...connection, records: records.storeFor<OfferedScopeRecord>(key) });
      },
    }),
  );
}
