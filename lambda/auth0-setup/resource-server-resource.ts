/** `Custom::Auth0ResourceServer`: gives the tenant the public signing key until the stack is deleted. */
import { array, type InferOutput, minLength, object, optional, picklist, pipe, string, transform } from 'valibot';
import { parse } from '../../src/config/parse.ts';
import { ConfigurationError } from '../../src/core/errors.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { KEY_DELIVERIES, KEY_FORMATS } from '../../src/core/key-delivery.ts';
import { STATE_NAMES, type StateStore } from '../../src/core/state-store.ts';
import { type CustomResource, physicalId, type Work, warningsAttribute } from '../../src/custom-resource/resource.ts';
import type { KeyProperty } from '../../src/management/key-properties.ts';
import type { ManagementConnection } from '../../src/management/management-connection.ts';
import { introspectionWarnings } from '../../src/setup/introspection-control.ts';
import { recordKey } from '../../src/setup/record-store.ts';
import type { ResourceServerRecord } from '../../src/setup/resource-server/resource-server-record.ts';
import { setUpResourceServer } from '../../src/setup/resource-server/set-up-resource-server.ts';
import { tearDownResourceServer } from '../../src/setup/resource-server/tear-down-resource-server.ts';
import { proveUnseenKey } from '../../src/setup/resource-server/unseen-key.ts';
import { type DeliveredKey, wantedKeyProperties } from '../../src/setup/resource-server/wanted-key-properties.ts';
import { keysInUse, NO_PUBLIC_KEYS, parsePublicKeys } from '../../src/signing-key/public-key-document.ts';
import { importSigningKey, parseSigningJwk } from '../../src/signing-key/signing-key.ts';
import type { SetupPorts } from './ports.ts';
import { withLease } from './with-lease.ts';

const text = pipe(string(), minLength(1));
/** CloudFormation turns everything that is not a list or an object into text. */
const flag = pipe(
  optional(picklist(['true', 'false']), 'false'),
  transform((value) => value === 'true'),
);

const schema = object({
  Audience: text,
  /**
   * Whether it is one of several. Then its physical id is another one, because the main resource server and one of these may be
   * exchanged in one update, and each owner of the record must end its own ownership only.
   */
  IsAdditional: flag,
  KeyDelivery: picklist(KEY_DELIVERIES),
  KeyFormat: picklist(KEY_FORMATS),
  CreateResourceServer: flag,
  RemoveCreated: flag,
  /** The scopes of a resource server that has to be created. */
  Scopes: optional(array(string()), []),
  JwksUrl: optional(text),
  ReplaceKey: flag,
});

type Properties = InferOutput<typeof schema>;

type Ports = Pick<SetupPorts, 'settings' | 'secrets' | 'state' | 'http' | 'clock' | 'sleep' | 'uniqueId'> & {
  readonly connect: (timeoutMs: number) => Promise<Pick<ManagementConnection, 'resourceServers'>>;
};

/** Makes the resource. */
export function createResourceServerResource(ports: Ports): CustomResource {
  const { tenantUrl, managementSecret } = ports.settings;
  return {
    identify: (properties) => {
      const { Audience: audience, IsAdditional: isAdditional } = parseProperties(properties);
      const kind = isAdditional ? 'auth0-additional-resource-server' : 'auth0-resource-server';
      return physicalId(kind, [tenantUrl, audience, managementSecret]);
    },
    put: (id, properties, work) => put(ports, id, parseProperties(properties), work),
    remove: (id, properties, work) => remove(ports, id, parseProperties(properties), work),
  };
}

function parseProperties(properties: JsonObject): Properties {
  return parse(schema, properties, 'The properties of the Auth0 resource server');
}

async function put(ports: Ports, id: string, properties: Properties, work: Work) {
  const { Audience: identifier, KeyDelivery: keyDelivery, KeyFormat: keyFormat, JwksUrl: jwksUrl } = properties;
  // Before anything is recorded: without a key there is nothing to set up.
  await publishedKeys(ports.state);
  const { warnings, unseen } = await withLease(ports, work, async ({ records, leftMs }) => {
    const { resourceServers } = await ports.connect(leftMs());
    const key = recordKey(ports.settings.tenantUrl, identifier);
    await records.acquire(key, id);
    // Read while the lease is held: a revocation publishes another key only after it has taken the lease, and then this runs again.
    const keys = await publishedKeys(ports.state);
    return setUpResourceServer({
      resourceServers,
      records: records.storeFor<ResourceServerRecord>(key),
      identifier,
      wanted: wantedKeyProperties({ keyDelivery, keyFormat, keys, jwksUrl }),
      replaceKey: properties.ReplaceKey,
      ...(properties.CreateResourceServer && { create: { name: identifier, scopes: properties.Scopes } }),
    });
  });
  const proof = unseen === undefined ? [] : [await proveKey(ports, unseen, properties)];
  const all = [...warnings, ...proof, ...(await probeIntrospection(ports, properties))];
  return { Warnings: warningsAttribute(all.map(({ message }) => message)) };
}

/** Reads the private key, which this function does not need otherwise. */
async function proveKey(ports: Ports, property: KeyProperty, { Audience: audience }: Properties) {
  const { issuer, signingKeySecret } = ports.settings;
  const key = importSigningKey(parseSigningJwk((await ports.secrets.read(signingKeySecret)) ?? ''));
  return proveUnseenKey(property, { issuer, audience }, key, { ...ports, random: Math.random });
}

async function probeIntrospection(ports: Ports, { Audience: audience }: Properties) {
  const [{ kid }] = await publishedKeys(ports.state);
  return introspectionWarnings({ issuer: ports.settings.issuer, audience }, kid, { ...ports, random: Math.random });
}

async function remove(ports: Ports, id: string, properties: Properties, work: Work): Promise<void> {
  await withLease(ports, work, ({ records, leftMs }) =>
    records.end({
      owner: id,
      tearDown: async (key) => {
        const { resourceServers } = await ports.connect(leftMs());
        const store = records.storeFor<ResourceServerRecord>(key);
        await tearDownResourceServer({ resourceServers, records: store, removeCreated: properties.RemoveCreated });
      },
    }),
  );
}

/** @throws ConfigurationError `signing_key_invalid` if there are none */
async function publishedKeys(state: StateStore): Promise<readonly [DeliveredKey, ...DeliveredKey[]]> {
  const document = await state.read(STATE_NAMES.publicKeys);
  const [first, ...others] = keysInUse(parsePublicKeys(document?.value ?? NO_PUBLIC_KEYS));
  if (first) return [first, ...others];
  throw new ConfigurationError(
    'signing_key_invalid',
    'No public signing key has been published yet. Deploy the stack with the signing key first.',
  );
}
