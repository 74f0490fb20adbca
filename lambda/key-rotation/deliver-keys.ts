/**
 * Tells the tenant which keys there are: the same key change as at set-up, with the same record of what was there before us,
 * so that a later teardown puts back that, and never a key of ours.
 */
import type { ResourceServerRecord } from '../../src/auth0/resource-server-record.ts';
import { setUpResourceServer } from '../../src/auth0/set-up-resource-server.ts';
import { type DeliveredKey, wantedKeyProperties } from '../../src/auth0/wanted-key-properties.ts';
import { OwnedRecords } from '../auth0-setup/owned-records.ts';
import { resourceServerKey } from '../auth0-setup/resource-server-key.ts';
import { RotationError } from './errors.ts';
import type { Rotation } from './rotation.ts';

/**
 * Delivers keys; writes nothing where the tenant knows just these.
 *
 * @param keys a single slot takes the first only
 * @throws RotationError `tenant_not_set_up`, since nobody would put back what was there before
 * @throws SetupError and AwsError
 */
export async function deliverKeys(
  { settings, parameters, connect }: Rotation,
  keys: readonly [DeliveredKey, ...DeliveredKey[]],
): Promise<void> {
  const { audience: identifier, tenantUrl, keyDelivery, keyFormat, jwksUrl, recordParameter } = settings;
  const records = new OwnedRecords(parameters, recordParameter);
  const key = resourceServerKey(tenantUrl, identifier);
  if (!(await records.isOwned(key))) throw notSetUp();
  const wanted = wantedKeyProperties({ keyDelivery, keyFormat, keys, ...(jwksUrl !== undefined && { jwksUrl }) });
  const { resourceServers } = await connect();
  await setUpResourceServer({
    resourceServers,
    records: records.storeFor<ResourceServerRecord>(key),
    identifier,
    wanted,
  });
}

/** By URL a server knows a new key when what it keeps of the JWKS is too old for it. */
export function isByUrl({ keyDelivery }: Rotation['settings']): boolean {
  return keyDelivery === 'verificationLocation' || keyDelivery === 'wellKnown';
}

function notSetUp(): RotationError {
  return new RotationError(
    'tenant_not_set_up',
    'The tenant is not set up for this signing key, or not any more. Expected the deployment to have done so; deploy the stack, then start the rotation anew.',
  );
}
