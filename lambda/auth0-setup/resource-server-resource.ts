/** `Custom::Auth0ResourceServer`: the tenant knows the public signing key, until the stack is deleted. Its properties name secrets and hold none. */
import { array, type InferOutput, minLength, object, optional, picklist, pipe, string, transform } from 'valibot';
import type { WantedKeyProperties } from '../../src/auth0/key-properties.ts';
import type { ResourceServerRecord } from '../../src/auth0/resource-server-record.ts';
import { setUpResourceServer } from '../../src/auth0/set-up-resource-server.ts';
import { tearDownResourceServer } from '../../src/auth0/tear-down-resource-server.ts';
import { type DeliveredKey, wantedKeyProperties } from '../../src/auth0/wanted-key-properties.ts';
import { parse } from '../../src/config/parse.ts';
import { ConfigurationError } from '../../src/core/errors.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { keysInUse, NO_PUBLIC_KEYS, parsePublicKeys } from '../../src/core/public-key-document.ts';
import type { CustomResource, Work } from '../custom-resource/resource.ts';
import { OwnedRecords } from './owned-records.ts';
import { physicalId } from './physical-id.ts';
import { connect, type SetupPorts } from './ports.ts';
import { removeOwned } from './remove-owned.ts';
import { resourceServerKey } from './resource-server-key.ts';
import { warningsAttribute } from './warnings.ts';

const text = pipe(string(), minLength(1));
/** CloudFormation makes texts of all that is not a list or an object. */
const flag = pipe(
  optional(picklist(['true', 'false']), 'false'),
  transform((value) => value === 'true'),
);

const schema = object({
  TenantUrl: text,
  Audience: text,
  ManagementSecretId: text,
  KeyDelivery: picklist(['verificationKey', 'verificationKeys', 'verificationLocation', 'wellKnown']),
  KeyFormat: picklist(['certificate', 'jwk']),
  PublicKeysParameter: text,
  RecordParameter: text,
  CreateResourceServer: flag,
  RemoveCreated: flag,
  /** Those of a resource server that has to be made. */
  Scopes: optional(array(string()), []),
  JwksUrl: optional(text),
});

type Properties = InferOutput<typeof schema>;

/** Makes the resource. */
export function createResourceServerResource(ports: SetupPorts): CustomResource {
  return {
    identify: (properties) => {
      const { TenantUrl, Audience, ManagementSecretId } = parseProperties(properties);
      return physicalId('auth0-resource-server', [TenantUrl, Audience, ManagementSecretId]);
    },
    put: async (id, properties, work) => {
      const outcome = await put(ports, id, parseProperties(properties), work);
      return { Warnings: warningsAttribute(outcome.warnings.map(({ message }) => message)) };
    },
    remove: (id, properties, work) => remove(ports, id, parseProperties(properties), work),
  };
}

function parseProperties(properties: JsonObject): Properties {
  return parse(schema, properties, 'The properties of the Auth0 resource server');
}

async function put(ports: SetupPorts, id: string, properties: Properties, { timeoutMs }: Work) {
  const { Audience: identifier, CreateResourceServer, Scopes: scopes } = properties;
  const wanted = await wantedProperties(ports, properties);
  const { resourceServers } = await connect(ports, properties, timeoutMs);
  const records = new OwnedRecords(ports.parameters, properties.RecordParameter);
  const key = resourceServerKey(properties.TenantUrl, identifier);
  await records.acquire(key, id);
  return setUpResourceServer({
    resourceServers,
    records: records.storeFor<ResourceServerRecord>(key),
    identifier,
    wanted,
    ...(CreateResourceServer && { create: { name: identifier, scopes } }),
  });
}

async function remove(ports: SetupPorts, id: string, properties: Properties, { timeoutMs }: Work): Promise<void> {
  const records = new OwnedRecords(ports.parameters, properties.RecordParameter);
  const tearDown = async (key: string) => {
    const { resourceServers } = await connect(ports, properties, timeoutMs);
    const store = records.storeFor<ResourceServerRecord>(key);
    await tearDownResourceServer({ resourceServers, records: store, removeCreated: properties.RemoveCreated });
  };
  await removeOwned({ records, owner: id, tearDown });
}

async function wantedProperties({ parameters }: SetupPorts, properties: Properties): Promise<WantedKeyProperties> {
  const { KeyDelivery: keyDelivery, KeyFormat: keyFormat, PublicKeysParameter, JwksUrl } = properties;
  const keys = keysInUse(parsePublicKeys(await parameters.read(PublicKeysParameter, NO_PUBLIC_KEYS)));
  assertSome(keys, PublicKeysParameter);
  return wantedKeyProperties({ keyDelivery, keyFormat, keys, ...(JwksUrl !== undefined && { jwksUrl: JwksUrl }) });
}

function assertSome(
  keys: readonly DeliveredKey[],
  parameterName: string,
): asserts keys is readonly [DeliveredKey, ...DeliveredKey[]] {
  if (keys.length > 0) return;
  throw new ConfigurationError(
    'signing_key_invalid',
    `The parameter ${parameterName} holds no public signing key yet. Deploy the stack with the signing key first.`,
  );
}
