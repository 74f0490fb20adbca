/** JSON from outside: parsed without throwing, typed `unknown` until asserted. */

export type JsonObject = { readonly [member: string]: unknown };

/** Parses JSON text; `undefined` if it is none (JSON itself has no `undefined`). */
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
