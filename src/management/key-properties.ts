/**
 * The three properties of a resource server that tell the tenant where the public key is, and how to compare their
 * values. A tenant may hold values of any owner and any form in them: they are recorded and restored unchanged.
 */
import { type JsonObject, parseJson } from '../core/json.ts';

/** In the order in which a tenant is assumed to look for the key. The identifier's own origin comes last. */
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

/** What it should hold: `null` for a property that the key delivery does not use. */
export interface WantedKeyProperties {
  /** A PEM certificate, or a JWK as JSON text. */
  readonly verificationKey: string | null;
  readonly verificationKeys: readonly VerificationKey[] | null;
  /** The URL of a JWKS. */
  readonly verificationLocation: string | null;
}

/** Properties to send: an omitted one stays, `null` removes one. */
export type KeyPatch = { readonly [Property in KeyProperty]?: unknown };

export function isEmptyPatch(patch: KeyPatch): boolean {
  return Object.keys(patch).length === 0;
}

/** Reads the key properties from a resource server's JSON. */
export function keyPropertiesOf(record: JsonObject): KeyProperties {
  const { verificationKey = null, verificationKeys = null, verificationLocation = null } = record;
  return { verificationKey, verificationKeys, verificationLocation };
}

/**
 * Returns whether two values are equal apart from the tenant's layout: PEM line breaks, JSON spaces, order of members.
 */
export function sameKeyValue(one: unknown, other: unknown): boolean {
  return JSON.stringify(canonical(one)) === JSON.stringify(canonical(other));
}

/** Returns whether a list holds a value that is equal apart from its layout. */
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
  // Some tenants store a JWK as text, others as an object.
  const json = trimmed.startsWith('{') ? parseJson(trimmed) : undefined;
  return json === undefined ? trimmed : canonical(json);
}

/** @see RFC 7468 section 2: white space around and within the base64 means nothing */
function canonicalPem(pem: string): string {
  return pem
    .replace(/-----([^-]*)-----/g, (_match, label: string) => `<${label.replaceAll(' ', '_')}>`)
    .replace(/\s+/g, '');
}
