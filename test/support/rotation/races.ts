/** The steps of a rotation, a revocation and a deployment as concurrent processes with one tenant and one secret. */
import { createResourceServerResource } from '../../../lambda/auth0-setup/resource-server-resource.ts';
import { revokeKey } from '../../../lambda/key-rotation/revoke-key.ts';
import type { Rotation } from '../../../lambda/key-rotation/rotation.ts';
import type { SecretVersions } from '../../../src/aws/secret-versions.ts';
import { parsePublicKeys } from '../../../src/signing-key/public-key-document.ts';
import type { Gate, Process } from './interleavings.ts';
import { API, BEFORE, fakeKey, JWKS_URL, RotationWorld, STEP_NAMES } from './world.ts';

type StepName = (typeof STEP_NAMES)[number];

/** The codes with which a step may end while other processes run. */
const ENDS = new Set([
  'version_withdrawn',
  'version_unusable',
  'lease_held',
  'key_refused',
  'key_not_restored',
  'signing_key_invalid',
]);

/** The codes with which a revocation may end when another one has revoked its key. */
const OVERTAKEN = new Set(['version_withdrawn']);

export function stepProcess(name: StepName, versionId = 'version-1'): Process<RotationWorld> {
  return {
    name,
    run: (world, gate) => expecting(world.stepWith(gatedRotation(world, gate, name), name, versionId)),
  };
}

export function revocationProcess(versionId = 'emergency'): Process<RotationWorld> {
  return {
    name: versionId,
    run: (world, gate) => expecting(revokeKey(gatedRotation(world, gate, versionId), versionId), OVERTAKEN),
  };
}

export function deploymentProcess(): Process<RotationWorld> {
  return {
    name: 'deployment',
    run: (world, gate) => {
      const { state, sleep, uniqueId, clock, settings } = gatedRotation(world, gate, 'deployment');
      const { tenantUrl, managementSecret, stateTable, signingKeySecret, keyDelivery, keyFormat } = settings;
      const resource = createResourceServerResource({
        settings: {
          tenantUrl,
          issuer: tenantUrl,
          managementSecret,
          passwordGrantSecret: undefined,
          stateTable,
          signingKeySecret,
        },
        // The tenant shows every key, so the private one is not read.
        secrets: { read: async () => undefined, write: async () => false },
        // The set-up does not depend on the introspection endpoint.
        http: async () => ({ status: 404, headers: {}, body: '' }),
        state,
        sleep,
        uniqueId,
        clock,
        connect: async () => ({ resourceServers: gate(world.tenant) }),
      });
      const properties = { Audience: API, KeyDelivery: keyDelivery, KeyFormat: keyFormat, JwksUrl: JWKS_URL };
      return expecting(resource.put('the-stack', properties, { requestId: 'request', timeoutMs: 100_000 }));
    },
  };
}

/** Creates a world in which all steps before one are complete. */
export async function worldBefore(step: StepName, delivery: RotationWorld['keyDelivery']): Promise<RotationWorld> {
  const world = await RotationWorld.setUp(delivery, 'AWS', { isWatched: false });
  for (const name of STEP_NAMES.slice(0, STEP_NAMES.indexOf(step))) await world.step(name, 'version-1');
  return world;
}

export function fingerprint(world: RotationWorld): string {
  const labels = [...world.secret.labels].map(([id, stages]) => `${id}=${[...stages].sort().join('+')}`).sort();
  const values = [...world.secret.values].map(([id, value]) => `${id}=${kidIn(value)}`).sort();
  const state = [...world.state.items].map(([name, { value }]) => `${name}=${value}`).sort();
  return [...labels, ...values, ...state, world.tenant.snapshot(), world.clock.nowMs].join('\n');
}

/** A sleeping process in these races waits for the lease. */
export function lease(world: RotationWorld): string | undefined {
  return world.state.items.get('resource-servers')?.value;
}

/** Expects that no revoked key is trusted, that no key is missing, and that the next rotation and teardown work. */
export async function expectCorrect(world: RotationWorld): Promise<void> {
  const revoked: readonly string[] = JSON.parse(world.state.textOf('revoked-keys') ?? '[]');
  const [current, pending] = [world.kidAt('AWSCURRENT'), world.kidAt('AWSPENDING')];
  if (current === undefined) throw new Error('There is no current key.');
  const labelled = [...world.secret.labels].filter(([, stages]) => stages.size > 0).map(([id]) => id);
  const readable = labelled.map((id) => kidIn(world.secret.values.get(id) ?? ''));
  const published = parsePublicKeys(world.state.textOf('public-keys') ?? '').map(({ kid }) => kid);
  for (const kid of revoked) {
    if (readable.includes(kid)) throw new Error(`The revoked key ${kid} still has a label.`);
    if (published.includes(kid)) throw new Error(`The revoked key ${kid} is still published.`);
    if (JSON.stringify(world.keys).includes(pemMark(kid)))
      throw new Error(`The tenant still trusts the revoked key ${kid}.`);
  }
  // Every cached JWKS has expired.
  world.clock.advanceSeconds(86_400);
  const used = [current, ...(pending === undefined ? [] : [pending])];
  const known = world.known(used);
  const needed = world.keyDelivery === 'verificationKeys' ? [current] : used;
  if (!needed.some((kid) => known.includes(kid))) throw new Error(`The tenant knows none of ${needed.join(', ')}.`);
  const strays = world.traced().filter((kid) => !used.includes(kid));
  if (strays.length > 0) throw new Error(`The tenant knows keys without a label: ${strays.join(', ')}.`);
  if (lease(world)?.includes('"lease"')) throw new Error('The lease is still held.');
  await expectNextRotation(world);
}

async function expectNextRotation(world: RotationWorld): Promise<void> {
  await world.rotate('version-9');
  const current = world.kidAt('AWSCURRENT') ?? '';
  if (world.known([current]).length === 0) throw new Error('The next rotation leaves an outage.');
  await world.tearDown();
  const { verificationKey, verificationKeys } = world.keys;
  const isRestored = JSON.stringify([verificationKey, verificationKeys]) === JSON.stringify(Object.values(BEFORE));
  if (!isRestored) throw new Error(`The teardown leaves ${JSON.stringify(world.keys)}.`);
}

/** Names the keys and ids of a process after it, so that their order of creation does not matter. */
function gatedRotation(world: RotationWorld, gate: Gate, name: string): Rotation {
  let made = 0;
  const nameOf = () => `${name}-${++made}`;
  const { secret, state, prove, sleep, ...rotation } = world.rotation();
  const gated = { ...gate({ prove, sleep }), versions: methodsOf(gate(secret)) };
  return {
    ...rotation,
    secret: { ...gated.versions, read: readerOf(world, secret, gated.versions) },
    state: gate(state),
    connect: async () => ({ resourceServers: gate(world.tenant) }),
    prove: gated.prove,
    sleep: gated.sleep,
    generate: async () => fakeKey(nameOf()),
    uniqueId: nameOf,
  };
}

/** A version never changes its value, so reading an existing value need not wait for a turn. */
function readerOf(world: RotationWorld, secret: SecretVersions, gated: SecretVersions): SecretVersions['read'] {
  return (versionId) => (world.secret.values.has(versionId) ? secret.read(versionId) : gated.read(versionId));
}

function methodsOf({ stages, read, add, move }: SecretVersions): SecretVersions {
  return { stages, read, add, move };
}

async function expecting(work: Promise<unknown>, ends: ReadonlySet<string> = ENDS): Promise<unknown> {
  return work.catch((error: { readonly code?: string }) => {
    if (error.code === undefined || !ends.has(error.code)) throw error;
    return error.code;
  });
}

function kidIn(text: string): string {
  return /"kid":"([^"]*)"/.exec(text)?.[1] ?? '';
}

/** A text that occurs only in the certificate of this key. */
function pemMark(kid: string): string {
  return fakeKey(kid).x5c[0];
}
