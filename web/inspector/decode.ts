/** Shows what a credential contains. Nothing of it is verified here. */

/** @returns lines of text; `undefined` if the credential is only a random text */
export function contentsOf(authorization: string): string | undefined {
  const [, scheme = '', rest = ''] = /^\s*(\w+) +(.*)$/s.exec(authorization) ?? [];
  if (scheme.toLowerCase() === 'basic') return decodeBase64(rest);
  const parts = rest.split('.');
  const [header, payload] = parts.slice(0, 2).map(decodeJson);
  return parts.length === 3 && header && payload ? `${header}\n.\n${payload}` : undefined;
}

function decodeJson(part: string): string | undefined {
  const text = decodeBase64(part.replaceAll('-', '+').replaceAll('_', '/'));
  if (text === undefined) return undefined;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return undefined;
  }
}

function decodeBase64(text: string): string | undefined {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(text.trim()), (character) => character.charCodeAt(0)));
  } catch {
    return undefined;
  }
}
