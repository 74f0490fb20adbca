/** Reads values out of JSON that comes from outside. */

export type JsonObject = Readonly<Record<string, unknown>>;

/** The response is not what the page understands. */
export class UnexpectedJson extends Error {}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @throws UnexpectedJson */
export function objectOf(value: unknown): JsonObject {
  if (isObject(value)) return value;
  throw new UnexpectedJson('Expected an object.');
}

/** @throws UnexpectedJson */
export function textOf(object: JsonObject, name: string): string {
  const value = object[name];
  if (typeof value === 'string') return value;
  throw new UnexpectedJson(`Expected a text in ${name}.`);
}

/** @throws UnexpectedJson */
export function numberOf(object: JsonObject, name: string): number {
  const value = object[name];
  if (typeof value === 'number') return value;
  throw new UnexpectedJson(`Expected a number in ${name}.`);
}

/** @throws UnexpectedJson */
export function listOf(object: JsonObject, name: string): readonly unknown[] {
  const value = object[name];
  if (Array.isArray(value)) return value;
  throw new UnexpectedJson(`Expected a list in ${name}.`);
}

/** @throws UnexpectedJson */
export function textsOf(object: JsonObject, name: string): readonly string[] {
  return textsIn(listOf(object, name));
}

/** @throws UnexpectedJson */
export function textsIn(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [undefined];
  const texts = list.filter((each) => typeof each === 'string');
  if (texts.length === list.length) return texts;
  throw new UnexpectedJson('Expected a list of texts.');
}

/** @throws UnexpectedJson if there is a value that is not a date */
export function dateOf(object: JsonObject, name: string): Date | undefined {
  const value = object[name];
  if (value === null || value === undefined) return undefined;
  const date = new Date(textOf(object, name));
  if (!Number.isNaN(date.getTime())) return date;
  throw new UnexpectedJson(`Expected a date in ${name}.`);
}
