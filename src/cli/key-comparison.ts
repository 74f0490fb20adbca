/** Compares the keys in the key file or secret, in the tenant and in the JWKS, and checks that the current key is wherever the tenant may look. */
import { isByUrl } from '../core/key-delivery.ts';
import { KEY_PROPERTIES, type KeyProperties, type KeyProperty } from '../management/key-properties.ts';
import type { ManagementConnection } from '../management/management-connection.ts';
import { resourceServerNotFound } from '../setup/resource-server/resource-server-errors.ts';
import type { SigningKeyStore } from '../signing-key/signing-key-ring.ts';
import { thumbprintOf } from '../signing-key/thumbprint.ts';
import type { Context } from './command.ts';
import { type FetchedJwks, fetchJwks } from './fetch-jwks.ts';
import { readKeys } from './held-keys.ts';
import { keyDeliveryOf } from './key-delivery.ts';

export interface ComparedKey {
  readonly thumbprint: string;
  /** Its role in the key file or secret; `null` if it is not there. */
  readonly signing: 'current' | 'pending' | null;
  /** The resource server's properties that hold it. */
  readonly tenant: readonly KeyProperty[];
  readonly jwks: boolean;
}

export interface KeyComparison {
  readonly keys: readonly ComparedKey[];
  /** Properties that hold a value without a readable key. */
  readonly unreadable: readonly KeyProperty[];
  /** Absent if the tenant gets the key by value and no JWKS is configured. */
  readonly jwks?: FetchedJwks;
  /** Whether each place where the tenant may look holds the current key. */
  readonly agree: boolean;
}

/**
 * Compares the keys.
 *
 * @param audience the identifier of the resource server
 * @throws SetupError `resource_server_not_found` or `management_…`, and the errors of reading the signing key
 */
export async function compareKeys(
  signingKeys: SigningKeyStore,
  { resourceServers }: Pick<ManagementConnection, 'resourceServers'>,
  context: Pick<Context, 'settings' | 'ports'>,
  audience: string,
): Promise<KeyComparison> {
  const signing = (await signingKeys.read()).map(({ privateKey }) => thumbprintOf(privateKey));
  const found = await resourceServers.find(audience);
  if (!found) throw resourceServerNotFound(audience, await resourceServers.identifiers());
  const url = jwksUrlOf(found.keys, audience, context);
  const jwks = url === undefined ? undefined : await fetchJwks(url, context);
  const readsOrigin = isByUrl(keyDeliveryOf(context.settings).keyDelivery);
  return compare(signing, found.keys, thumbprintsOf(found.keys), jwks, readsOrigin);
}

type Held = Readonly<Record<KeyProperty, readonly string[]>>;

function thumbprintsOf(properties: KeyProperties): Held {
  const of = (property: KeyProperty) => readKeys(properties[property]).map(({ thumbprint }) => thumbprint);
  return { verificationKey: of('verificationKey'), verificationKeys: of('verificationKeys'), verificationLocation: [] };
}

/** The URL in the tenant, else the one in the settings; if the tenant has no key property, the origin of the identifier. */
function jwksUrlOf(
  { verificationKey, verificationKeys, verificationLocation }: KeyProperties,
  audience: string,
  { settings }: Pick<Context, 'settings'>,
): string | undefined {
  if (typeof verificationLocation === 'string') return verificationLocation;
  const configured = settings.get('jwksUrl');
  const isByValue = verificationKey !== null || verificationKeys !== null;
  if (configured !== undefined || isByValue || !URL.canParse(audience)) return configured;
  const { origin, protocol } = new URL(audience);
  return /^https?:$/.test(protocol) ? `${origin}/.well-known/jwks.json` : undefined;
}

function compare(
  signing: readonly string[],
  properties: KeyProperties,
  held: Held,
  jwks: FetchedJwks | undefined,
  /** Whether a tenant that shows no key fetches it from the origin of the identifier. */
  readsOrigin: boolean,
): KeyComparison {
  const [current, pending] = signing;
  const byValue = KEY_PROPERTIES.filter((name) => name !== 'verificationLocation' && properties[name] !== null);
  const served = jwks?.thumbprints ?? [];
  const all = [...new Set([...signing, ...byValue.flatMap((name) => held[name]), ...served])];
  const keys = all.map((thumbprint) => ({
    thumbprint,
    signing: thumbprint === current ? ('current' as const) : thumbprint === pending ? ('pending' as const) : null,
    tenant: byValue.filter((name) => held[name].includes(thumbprint)),
    jwks: served.includes(thumbprint),
  }));
  const usesUrl = properties.verificationLocation !== null || (byValue.length === 0 && readsOrigin);
  const isSomewhere = byValue.length > 0 || usesUrl;
  const isInAll = byValue.every((name) => current !== undefined && held[name].includes(current));
  const isServed = current !== undefined && served.includes(current);
  return {
    keys,
    unreadable: byValue.filter((name) => held[name].length === 0),
    ...(jwks && { jwks }),
    agree: isSomewhere && isInAll && (!usesUrl || isServed),
  };
}
