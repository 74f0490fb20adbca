/**
 * The three properties of a resource server that say where its public key is, and when two values of one are the same key.
 * What the tenant holds in them may be anybody's and of any shape: it is kept as it is, to be put back as it was.
 */
import { type JsonObject, parseJson } from '../core/json.ts';

/** In the order in which a tenant is taken to look for the key; after them comes the identifier's own origin. */
export const KEY_PROPERTIES = ['verificationKey', 'verificationKeys', 'verificationLocation'] as const;

export type KeyProperty = (typeof KEY_PROPERTIES)[number];

/** One key of `verificationKeys`. */
export interface VerificationKey {
  readonly kid: string;
  /** A certificate or a public key. */
  readonly pem: string;
}

/** What a resource server holds: any JSON, `null` if absent. */
export type KeyProperties = { readonly [Property in KeyProperty]: unknown };

/** What it should hold: `null` for a property that is not of the wanted mode. */
export interface WantedKeyProperties {
  /** A PEM certificate, or a JWK as JSON text. */
  readonly verificationKey: string | null;
  readonly verificationKeys: readonly VerificationKey[] | null;
  /** The URL of a JWKS. */
  readonly verificationLocation: string | null;
}

/** Properties to send: those left out stay, `null` takes one off. */
export type KeyPatch = { readonly [Property in KeyProperty]?: unknown };

export function isEmptyPatch(patch: KeyPatch): boolean {
  return Object.keys(patch).length === 0;
}

/** Takes the key properties out of a resource server's record. */
export function keyPropertiesOf(record: JsonObject): KeyProperties {
  const { verificationKey = null, verificationKeys = null, verificationLocation = null } = record;
  return { verificationKey, verificationKeys, verificationLocation };
}

/** Whether two values mean the same, however a tenant may have laid them out: PEM line breaks, JSON spaces, order of members. */
export function sameKeyValue(one: unknown, other: unknown): boolean {
  return JSON.stringify(canonical(one)) === JSON.stringify(canonical(other));
}

/** Whether a list of keys holds one with this `kid` and this key. */
export function includesKey(entries: readonly unknown[], entry: unknown): boolean {
  return entries.some((other) => sameKeyValue(other, entry));
}

function canonical(value: unknown): unknown {
  if (typeof value === 'string') return canonicalText(value);
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(
    members.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, canonical(member)]),
  );
}

function canonicalText(text: string): unknown {
  const trimmed = text.trim();
  if (trimmed.startsWith('-----BEGIN ')) return canonicalPem(trimmed);
  // A JWK is kept as text by some tenants and as an object by others.
  const json = trimmed.startsWith('{') ? parseJson(trimmed) : undefined;
  return json === undefined ? trimmed : canonical(json);
}

/** @see RFC 7468 section 2: white space around and within the base64 means nothing */
function canonicalPem(pem: string): string {
  return pem
    .replace(/-----([^-]*)-----/g, (_match, label: string) => `<${label.replaceAll(' ', '_')}>`)
    .replace(/\s+/g, '');
}
