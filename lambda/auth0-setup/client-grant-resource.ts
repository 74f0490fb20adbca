/**
 * `Custom::Auth0ClientGrant`: lets a client manage app specific passwords until the stack is deleted. It also checks
 * what the password grant needs and warns about what is missing; a warning never fails a deployment.
 */
import { type InferOutput, minLength, object, optional, picklist, pipe, string } from 'valibot';
import { parse } from '../../src/config/parse.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { STATE_NAMES } from '../../src/core/state-store.ts';
import { type CustomResource, physicalId, type Work, warningsAttribute } from '../../src/custom-resource/resource.ts';
import type { ClientGrantRecord } from '../../src/setup/client-grant/client-grant-record.ts';
import { setUpClientGrant } from '../../src/setup/client-grant/set-up-client-grant.ts';
import { sharedGrantOf } from '../../src/setup/client-grant/shared-grant.ts';
import { tearDownClientGrant } from '../../src/setup/client-grant/tear-down-client-grant.ts';
import { featureWarnings } from '../../src/setup/feature.ts';
import { passwordGrantWarnings } from '../../src/setup/password-grant-warnings.ts';
import { OwnedRecords, recordKey } from '../../src/setup/record-store.ts';
import type { SetupPorts } from './ports.ts';

const schema = object({
  /** The client that gets the scopes; the management client itself if absent. */
  GrantClientId: optional(pipe(string(), minLength(1))),
  /** Only grant the scopes: another resource of the stack checks the feature and the password grant, with the management client. */
  GrantOnly: optional(picklist(['true', 'false']), 'false'),
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
  const records = recordsOf(ports);
  const key = recordKey(tenantUrl, clientId);
  await records.acquire(key, id);
  const outcome = await setUpClientGrant({ clientGrants, ...grantOf(key, records, ports), clientId, audience });
  // If the management secret holds another client than last time, restore the earlier client's grant. Use the same
  // connection, because a second one would get the whole time again.
  await records.end({
    owner: id,
    keep: key,
    tearDown: (other) => tearDownClientGrant({ clientGrants, ...grantOf(other, records, ports) }),
  });
  const ofSetup = outcome.warnings.map(({ message }) => message);
  if (properties.GrantOnly === 'true') return { Warnings: warningsAttribute(ofSetup) };
  const ofFeature = await featureWarnings(connection, { clientId, hasChanged: outcome.changed });
  const ofLogins =
    passwordGrantSecret === undefined
      ? []
      : await passwordGrantWarnings(ports.secrets, connection, passwordGrantSecret);
  return { Warnings: warningsAttribute([...ofSetup, ...ofFeature.map(({ message }) => message), ...ofLogins]) };
}

async function remove(ports: SetupPorts, id: string, { timeoutMs }: Work): Promise<void> {
  const records = recordsOf(ports);
  await records.end({
    owner: id,
    tearDown: async (key) => {
      const { clientGrants } = await ports.connect(timeoutMs);
      await tearDownClientGrant({ clientGrants, ...grantOf(key, records, ports) });
    },
  });
}

/**
 * CloudFormation changes a grant in one function at a time, so no lease is needed; conditional writes protect the
 * records all the same.
 */
function recordsOf({ state }: SetupPorts): OwnedRecords {
  return new OwnedRecords(state, STATE_NAMES.clientGrants);
}

/** The record of a grant, and who else uses that grant. */
function grantOf(key: string, records: OwnedRecords, { otherDeployments }: SetupPorts) {
  return {
    records: records.storeFor<ClientGrantRecord>(key),
    shared: sharedGrantOf(key, records, otherDeployments),
  };
}
