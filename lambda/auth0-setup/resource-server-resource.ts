/** `Custom::Auth0ResourceServer`: the tenant knows the public signing key until the stack is deleted. */
import { array, type InferOutput, minLength, object, optional, picklist, pipe, string, transform } from 'valibot';
import { parse } from '../../src/config/parse.ts';
import { ConfigurationError } from '../../src/core/errors.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { KEY_DELIVERIES, KEY_FORMATS } from '../../src/core/key-delivery.ts';
import { STATE_NAMES, type StateStore } from '../../src/core/state-store.ts';
import type { CustomResource, Work } from '../../src/custom-resource/resource.ts';
import type { WantedKeyProperties } from '../../src/management/key-properties.ts';
import type { ManagementConnection } from '../../src/management/management-connection.ts';
import { introspectionWarnings } from '../../src/setup/introspection-control.ts';
import { exclusively, type LeaseOptions } from '../../src/setup/lease.ts';
import { removeOwned } from '../../src/setup/remove-owned.ts';
import { resourceServerKey } from '../../src/setup/resource-server/resource-server-key.ts';
import type { ResourceServerRecord } from '../../src/setup/resource-server/resource-server-record.ts';
import { setUpResourceServer } from '../../src/setup/resource-server/set-up-resource-server.ts';
import { tearDownResourceServer } from '../../src/setup/resource-server/tear-down-resource-server.ts';
import { type DeliveredKey, wantedKeyProperties } from '../../src/setup/resource-server/wanted-key-properties.ts';
import type { SetupOutcome } from '../../src/setup/setup-outcome.ts';
import { keysInUse, NO_PUBLIC_KEYS, parsePublicKeys } from '../../src/signing-key/public-key-document.ts';
import { physicalId } from './physical-id.ts';
import type { SetupPorts } from './ports.ts';
import { warningsAttribute } from './warnings.ts';

const text = pipe(string(), minLength(1));
/** CloudFormation turns everything that is not a list or an object into text. */
const flag = pipe(
  optional(picklist(['true', 'false']), 'false'),
  transform((value) => value === 'true'),
);

const schema = object({
  Audience: text,
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

type Ports = Pick<SetupPorts, 'settings' | 'state' | 'http' | 'clock' | 'sleep' | 'uniqueId'> & {
  readonly connect: (timeoutMs: number) => Promise<Pick<ManagementConnection, 'resourceServers'>>;
};

/** Makes the resource. */
export function createResourceServerResource(ports: Ports): CustomResource {
  const { tenantUrl, managementSecret } = ports.settings;
  return {
    identify: (properties) =>
      physicalId('auth0-resource-server', [tenantUrl, parseProperties(properties).Audience, managementSecret]),
    put: async (id, properties, work) => {
      const parsed = parseProperties(properties);
      const { warnings } = await put(ports, id, parsed, work);
      const all = [...warnings, ...(await warningsOfIntrospection(ports, parsed))];
      return { Warnings: warningsAttribute(all.map(({ message }) => message)) };
    },
    remove: (id, properties, work) => remove(ports, id, parseProperties(properties), work),
  };
}

function parseProperties(properties: JsonObject): Properties {
  return parse(schema, properties, 'The properties of the Auth0 resource server');
}

async function put(ports: Ports, id: string, properties: Properties, work: Work): Promise<SetupOutcome> {
  // Before anything is written down: without a key there is nothing to set up.
  await publishedKeys(ports.state);
  const endMs = ports.clock() + work.timeoutMs;
  return exclusively(ports, leaseOptions(work), async ({ records }) => {
    const { resourceServers } = await ports.connect(endMs - ports.clock());
    const key = resourceServerKey(ports.settings.tenantUrl, properties.Audience);
    await records.acquire(key, id);
    const store = records.storeFor<ResourceServerRecord>(key);
    // Read while the lease is held: a revocation publishes another key only after it has taken the lease, and then this runs again.
    const keys = await publishedKeys(ports.state);
    return setUpWith(keys, properties, { resourceServers, records: store });
  });
}

/** This function has no access to the private key and does not need it. */
async function warningsOfIntrospection(ports: Ports, { Audience: audience }: Properties) {
  const [{ kid }] = await publishedKeys(ports.state);
  return introspectionWarnings({ issuer: ports.settings.issuer, audience }, kid, { ...ports, random: Math.random });
}

/** The part of the time that may be spent on waiting for a rotation to end. */
const WAITING_SHARE = 1 / 2;

function leaseOptions({ requestId, timeoutMs }: Work): LeaseOptions {
  return { purpose: `deployment ${requestId}`, timeoutMs: timeoutMs * WAITING_SHARE };
}

type SetUpPorts = Pick<Parameters<typeof setUpResourceServer>[0], 'resourceServers' | 'records'>;

function setUpWith(keys: PublishedKeys, properties: Properties, ports: SetUpPorts): Promise<SetupOutcome> {
  const { Audience: identifier, CreateResourceServer, Scopes: scopes } = properties;
  const wanted = wantedProperties(keys, properties);
  return setUpResourceServer({
    ...ports,
    identifier,
    wanted,
    replaceKey: properties.ReplaceKey,
    ...(CreateResourceServer && { create: { name: identifier, scopes } }),
  });
}

async function remove(ports: Ports, id: string, properties: Properties, work: Work): Promise<void> {
  const endMs = ports.clock() + work.timeoutMs;
  await exclusively(ports, leaseOptions(work), ({ records }) => {
    const tearDown = async (key: string) => {
      const { resourceServers } = await ports.connect(endMs - ports.clock());
      const store = records.storeFor<ResourceServerRecord>(key);
      await tearDownResourceServer({ resourceServers, records: store, removeCreated: properties.RemoveCreated });
    };
    return removeOwned({ records, owner: id, tearDown });
  });
}

type PublishedKeys = readonly [DeliveredKey, ...DeliveredKey[]];

function wantedProperties(keys: PublishedKeys, properties: Properties): WantedKeyProperties {
  const { KeyDelivery: keyDelivery, KeyFormat: keyFormat, JwksUrl } = properties;
  return wantedKeyProperties({ keyDelivery, keyFormat, keys, ...(JwksUrl !== undefined && { jwksUrl: JwksUrl }) });
}

/** @throws ConfigurationError `signing_key_invalid` if there are none */
async function publishedKeys(state: StateStore): Promise<PublishedKeys> {
  const document = await state.read(STATE_NAMES.publicKeys);
  const [first, ...others] = keysInUse(parsePublicKeys(document?.value ?? NO_PUBLIC_KEYS));
  if (first) return [first, ...others];
  throw new ConfigurationError(
    'signing_key_invalid',
    'No public signing key has been published yet. Deploy the stack with the signing key first.',
  );
}
