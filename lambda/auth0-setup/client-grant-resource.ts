/**
 * `Custom::Auth0ClientGrant`: a client may manage app specific passwords, until the stack is deleted. It also looks at what
 * the password grant needs and says what is missing; that never fails a deployment.
 */
import { type InferOutput, minLength, object, optional, pipe, string } from 'valibot';
import type { ClientGrantRecord } from '../../src/auth0/client-grant-record.ts';
import { setUpClientGrant } from '../../src/auth0/set-up-client-grant.ts';
import { tearDownClientGrant } from '../../src/auth0/tear-down-client-grant.ts';
import { parse } from '../../src/config/parse.ts';
import type { JsonObject } from '../../src/core/json.ts';
import type { CustomResource, Work } from '../custom-resource/resource.ts';
import { OwnedRecords } from './owned-records.ts';
import { passwordGrantWarnings } from './password-grant-warnings.ts';
import { physicalId } from './physical-id.ts';
import { connect, type SetupPorts } from './ports.ts';
import { removeOwned } from './remove-owned.ts';
import { warningsAttribute } from './warnings.ts';

const text = pipe(string(), minLength(1));

const schema = object({
  TenantUrl: text,
  ManagementSecretId: text,
  /** The client whose grant it is; the management client itself if absent. */
  GrantClientId: optional(text),
  RecordParameter: text,
  /** The secret with the client that logs users in; absent if there is none. */
  PasswordGrantSecretId: optional(text),
});

type Properties = InferOutput<typeof schema>;

/** Makes the resource. */
export function createClientGrantResource(ports: SetupPorts): CustomResource {
  return {
    identify: (properties) => {
      const { TenantUrl, ManagementSecretId, GrantClientId = '' } = parseProperties(properties);
      return physicalId('auth0-client-grant', [TenantUrl, ManagementSecretId, GrantClientId]);
    },
    put: (id, properties, work) => put(ports, id, parseProperties(properties), work),
    remove: (id, properties, work) => remove(ports, id, parseProperties(properties), work),
  };
}

function parseProperties(properties: JsonObject): Properties {
  return parse(schema, properties, 'The properties of the Auth0 client grant');
}

async function put(ports: SetupPorts, id: string, properties: Properties, work: Work) {
  const connection = await connect(ports, properties, work.timeoutMs);
  const { clientGrants, audience } = connection;
  const { GrantClientId: clientId = connection.clientId, TenantUrl, PasswordGrantSecretId } = properties;
  const key = `${TenantUrl} ${clientId}`;
  const records = new OwnedRecords(ports.parameters, properties.RecordParameter);
  await records.acquire(key, id);
  await setUpClientGrant({ clientGrants, records: records.storeFor<ClientGrantRecord>(key), clientId, audience });
  // The management secret may hold another client than last time; its grant is no longer ours. By the same connection, since
  // another one would have all of the time again.
  const tearDown = (other: string) => tearDownClientGrant({ clientGrants, records: records.storeFor(other) });
  await removeOwned({ records, owner: id, keep: key, tearDown });
  const warnings =
    PasswordGrantSecretId === undefined ? [] : await passwordGrantWarnings(ports, connection, PasswordGrantSecretId);
  return { Warnings: warningsAttribute(warnings) };
}

async function remove(ports: SetupPorts, id: string, properties: Properties, { timeoutMs }: Work): Promise<void> {
  const records = new OwnedRecords(ports.parameters, properties.RecordParameter);
  const tearDown = async (key: string) => {
    const { clientGrants } = await connect(ports, properties, timeoutMs);
    await tearDownClientGrant({ clientGrants, records: records.storeFor<ClientGrantRecord>(key) });
  };
  await removeOwned({ records, owner: id, tearDown });
}
