/** Parses JSON from outside without throwing. The value is `unknown` until it is asserted, or read by one of the readers here. */

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

/** Thrown for a value of the wrong form. It names the key, and never the value. */
export class MalformedError extends Error {
  constructor(key: string) {
    super(`Not valid at ${JSON.stringify(key)}.`);
    this.name = 'MalformedError';
  }
}

/** Reads a value. Returns `undefined` if it is not valid, or throws a MalformedError. */
export type Read<Value> = (value: unknown) => Value | undefined;

/** Reads the members of an object. */
export class Members {
  readonly #members: JsonObject;
  readonly #read = new Set<string>();

  constructor(members: JsonObject) {
    this.#members = members;
  }

  /** @throws MalformedError if the member is missing or not valid */
  required<Value>(key: string, read: Read<Value>): Value {
    this.#read.add(key);
    const value = read(this.#members[key]);
    if (value === undefined) throw new MalformedError(key);
    return value;
  }

  /** @throws MalformedError if the member is not valid */
  optional<Value>(key: string, read: Read<Value>): Value | undefined {
    this.#read.add(key);
    return this.#members[key] === undefined ? undefined : this.required(key, read);
  }

  /** @throws MalformedError if the object has a member that nobody read */
  end(): void {
    const unknown = Object.keys(this.#members).find((key) => !this.#read.has(key));
    if (unknown !== undefined) throw new MalformedError(unknown);
  }
}

/** An object with the members that `parse` reads, and no others. */
export function object<Parsed>(parse: (from: Members) => Parsed): Read<Parsed> {
  return (value) => {
    if (!isJsonObject(value)) return undefined;
    const from = new Members(value);
    const parsed = parse(from);
    from.end();
    return parsed;
  };
}

/** A list whose items are all valid. */
export function list<Item>(read: Read<Item>): Read<Item[]> {
  return (value) => {
    if (!Array.isArray(value)) return undefined;
    const items = value.flatMap((item) => {
      const parsed = read(item);
      return parsed === undefined ? [] : [parsed];
    });
    return items.length === value.length ? items : undefined;
  };
}

/** An object whose keys are free, and whose values are all valid. */
export function record<Item>(read: Read<Item>): Read<Record<string, Item>> {
  const entries = list<[string, Item]>((entry) => {
    const [key, value]: unknown[] = Array.isArray(entry) ? entry : [];
    const item = read(value);
    return typeof key === 'string' && item !== undefined ? [key, item] : undefined;
  });
  return (value) => {
    const read = isJsonObject(value) ? entries(Object.entries(value)) : undefined;
    return read && Object.fromEntries(read);
  };
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function flag(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

/** A text that matches a pattern and a further condition. */
export function matching(pattern: RegExp, isValid: (text: string) => boolean = () => true): Read<string> {
  return (value) => (typeof value === 'string' && pattern.test(value) && isValid(value) ? value : undefined);
}

export function oneOf<const Name extends string>(names: readonly Name[]): Read<Name> {
  return (value) => names.find((known) => known === value);
}

/** A whole number in a range. */
export function whole(minimum: number, maximum: number): Read<number> {
  return (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= minimum && value <= maximum ? value : undefined;
}
