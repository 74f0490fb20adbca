/** Parses JSON from outside without throwing. The value is `unknown` until it is asserted. */

export type JsonObject = { readonly [member: string]: unknown };

/** Parses JSON text. Returns `undefined` if the text is not JSON; no JSON text has that value. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
