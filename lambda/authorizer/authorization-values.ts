/** Every value of every `Authorization` header of an event, whatever the case of its name. */

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

export function authorizationValues(headers: Headers | null | undefined): readonly string[] {
  const names = Object.keys(headers ?? {}).filter((name) => name.toLowerCase() === 'authorization');
  return names.flatMap((name) => headers?.[name] ?? []);
}
