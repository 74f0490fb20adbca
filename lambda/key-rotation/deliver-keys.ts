/**
 * Delivers the keys to the tenant: the same key change as at set-up, with the same record of what was there before, so that a
 * later tear-down restores that, and never a key of ours.
 */
import { SetupError } from '../../src/management/errors.ts';
import { recordKey } from '../../src/setup/record-store.ts';
import type { ResourceServerRecord } from '../../src/setup/resource-server/resource-server-record.ts';
import { setUpResourceServer } from '../../src/setup/resource-server/set-up-resource-server.ts';
import { type DeliveredKey, wantedKeyProperties } from '../../src/setup/resource-server/wanted-key-properties.ts';
import { RotationError } from './errors.ts';
import type { HeldRotation } from './rotation.ts';

/**
 * Delivers keys to each resource server. Writes nothing if the tenant already knows exactly these.
 *
 * If one of several cannot get them, the others still do: a revoked key must not stay wherever it can be removed. Until the next
 * delivery they then hold different keys, and the authorizer finds the key of each, since the labels still name both.
 *
 * @param keys a single slot holds only the first
 * @throws RotationError `tenant_not_set_up`, since nobody would restore what was there before
 * @throws SetupError and AwsError; the first one
 */
export async function deliverKeys(rotation: HeldRotation, keys: Keys): Promise<void> {
  const { audience, audiences } = rotation.settings;
  const failures: unknown[] = [];
  for (const identifier of [audience, ...audiences]) {
    await deliverTo(rotation, identifier, keys).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}

type Keys = readonly [DeliveredKey, ...DeliveredKey[]];

async function deliverTo({ settings, records, connect }: HeldRotation, identifier: string, keys: Keys): Promise<void> {
  const { tenantUrl, keyDelivery, keyFormat, jwksUrl } = settings;
  const key = recordKey(tenantUrl, identifier);
  if (!(await records.isOwned(key))) throw notSetUp(identifier);
  const wanted = wantedKeyProperties({ keyDelivery, keyFormat, keys, jwksUrl });
  const { resourceServers } = await connect();
  const store = records.storeFor<ResourceServerRecord>(key);
  // Whether another deployment's key may be overwritten is decided when the tenant is set up, and not here.
  const change = { resourceServers, records: store, identifier, wanted, replaceKey: 'own' } as const;
  await retryIfOvertaken(() => setUpResourceServer(change));
}

/**
 * Tries once more if the tenant does not hold what was just written: a late request of the previous lease holder may
 * have arrived in between.
 */
async function retryIfOvertaken<Result>(deliver: () => Promise<Result>): Promise<Result> {
  try {
    return await deliver();
  } catch (error) {
    if (error instanceof SetupError && OVERTAKEN.has(error.code)) return deliver();
    throw error;
  }
}

const OVERTAKEN: ReadonlySet<SetupError['code']> = new Set(['property_refused', 'property_kept']);

function notSetUp(identifier: string): RotationError {
  return new RotationError(
    'tenant_not_set_up',
    `The resource server ${identifier} is not set up for this signing key. Deploy the stack to set it up, then start a new rotation.`,
  );
}
