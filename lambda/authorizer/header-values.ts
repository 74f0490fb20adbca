/** Returns every value of a header of an event, in any spelling of its name. */

export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** @param name in lower case */
export function headerValues(headers: Headers | null | undefined, name: string): readonly string[] {
  const names = Object.keys(headers ?? {}).filter((candidate) => candidate.toLowerCase() === name);
  return names.flatMap((candidate) => headers?.[candidate] ?? []);
}
