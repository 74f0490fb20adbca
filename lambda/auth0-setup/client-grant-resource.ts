/**
 * `Custom::Auth0ClientGrant`: a client may manage app specific passwords until the stack is deleted. It also checks what
 * the password grant needs and warns about what is missing; a warning never fails a deployment.
 */
import { type InferOutput, minLength, object, optional, pipe, string } from 'valibot';
import { parse } from '../../src/config/parse.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { STATE_NAMES } from '../../src/core/state-store.ts';
import type { CustomResource, Work } from '../../src/custom-resource/resource.ts';
import type { ClientGrantRecord } from '../../src/setup/client-grant/client-grant-record.ts';
import { setUpClientGrant } from '../../src/setup/client-grant/set-up-client-grant.ts';
import { sharedGrants } from '../../src/setup/client-grant/shared-grants.ts';
import { tearDownClientGrant } from '../../src/setup/client-grant/tear-down-client-grant.ts';
import { featureWarnings } from '../../src/setup/feature.ts';
import { OwnedRecords } from '../../src/setup/owned-records.ts';
import { passwordGrantWarnings } from '../../src/setup/password-grant-warnings.ts';
import { removeOwned } from '../../src/setup/remove-owned.ts';
import { physicalId } from './physical-id.ts';
import type { SetupPorts } from './ports.ts';
import { warningsAttribute } from './warnings.ts';

const schema = object({
  /** The client that gets the scopes; the management client itself if absent. */
  GrantClientId: optional(pipe(string(), minLength(1))),
});

type Properties = InferOutput<typeof schema>;

/** Makes the resource. */
export function createClientGrantResource(ports: SetupPorts): CustomResource {
  const { tenantUrl, managementSecret } = ports.settings;
  return {
    identify: (properties) => {
      const { GrantClientId = '' } = parseProperties(properties);
      return physicalId('auth0-client-grant', [tenantUrl, managementSecret, GrantClientId]);
    },
    put: (id, properties, work) => put(ports, id, parseProperties(properties), work),
    remove: (id, _properties, work) => remove(ports, id, work),
  };
}

function parseProperties(properties: JsonObject): Properties {
  return parse(schema, properties, 'The properties of the Auth0 client grant');
}

async function put(ports: SetupPorts, id: string, properties: Properties, work: Work) {
  const { tenantUrl, passwordGrantSecret } = ports.settings;
  const connection = await ports.connect(work.timeoutMs);
  const { clientGrants, audience } = connection;
  const { GrantClientId: clientId = connection.clientId } = properties;
  const key = `${tenantUrl} ${clientId}`;
  const records = recordsOf(ports);
  await records.acquire(key, id);
  const sharedGrant = sharedGrants(records, ports.otherDeployments);
  const stores = { clientGrants, records: records.storeFor<ClientGrantRecord>(key), shared: sharedGrant(key) };
  const outcome = await setUpClientGrant({ ...stores, clientId, audience });
  // The management secret may hold another client than last time: then the earlier client's grant is restored. This uses the
  // same connection, since a second one would be given all of the time again.
  const tearDown = (other: string) =>
    tearDownClientGrant({ clientGrants, records: records.storeFor(other), shared: sharedGrant(other) });
  await removeOwned({ records, owner: id, keep: key, tearDown });
  const ofFeature = await featureWarnings(connection, { clientId, hasChanged: outcome.changed });
  const ofLogins =
    passwordGrantSecret === undefined
      ? []
      : await passwordGrantWarnings(ports.secrets, connection, passwordGrantSecret);
  const ofSetup = [...outcome.warnings, ...ofFeature].map(({ message }) => message);
  return { Warnings: warningsAttribute([...ofSetup, ...ofLogins]) };
}

async function remove(ports: SetupPorts, id: string, { timeoutMs }: Work): Promise<void> {
  const records = recordsOf(ports);
  const tearDown = async (key: string) => {
    const { clientGrants } = await ports.connect(timeoutMs);
    const store = records.storeFor<ClientGrantRecord>(key);
    await tearDownClientGrant({
      clientGrants,
      records: store,
      shared: sharedGrants(records, ports.otherDeployments)(key),
    });
  };
  await removeOwned({ records, owner: id, tearDown });
}

/**
 * CloudFormation changes a grant in one function at a time, so no lease is needed; conditional writes protect the
 * records all the same.
 */
function recordsOf({ state }: SetupPorts): OwnedRecords {
  return new OwnedRecords(state, STATE_NAMES.clientGrants);
}
