/** Returns every value of every `Authorization` header of an event, in any spelling of its name. */

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

export function authorizationValues(headers: Headers | null | undefined): readonly string[] {
  const names = Object.keys(headers ?? {}).filter((name) => name.toLowerCase() === 'authorization');
  return names.flatMap((name) => headers?.[name] ?? []);
}
