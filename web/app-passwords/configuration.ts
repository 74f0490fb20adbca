/** What the page must know about its deployment: `config.json` beside it. All of it is public. */
import { isObject, numberOf, objectOf, textOf, textsOf, UnexpectedJson } from './json.ts';

export interface PageConfiguration {
  readonly issuer: string;
  readonly audience: string;
  readonly clientId: string;
  /** The scopes that an app password can have. */
  readonly scopes: readonly string[];
  readonly scopeDescriptions: ReadonlyMap<string, string>;
  /** How long ago the login may be. */
  readonly maxAuthAgeSeconds: number | undefined;
  /** For the command that tries a new app password. */
  readonly exampleUrl: string;
}

/** @throws UnexpectedJson */
export function parseConfiguration(value: unknown): PageConfiguration {
  const found = objectOf(value);
  const audience = textOf(found, 'audience');
  return {
    issuer: issuerOf(textOf(found, 'issuer')),
    audience,
    clientId: textOf(found, 'clientId'),
    scopes: textsOf(found, 'scopes'),
    scopeDescriptions: descriptionsOf(found.scopeDescriptions),
    maxAuthAgeSeconds: found.maxAuthAgeSeconds === undefined ? undefined : numberOf(found, 'maxAuthAgeSeconds'),
    exampleUrl: found.exampleUrl === undefined ? exampleOf(audience) : textOf(found, 'exampleUrl'),
  };
}

function issuerOf(issuer: string): string {
  const url = URL.parse(issuer);
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && url.hostname === '127.0.0.1')) return issuer;
  throw new UnexpectedJson('Expected an https URL in issuer.');
}

function descriptionsOf(value: unknown): ReadonlyMap<string, string> {
  const entries = isObject(value) ? Object.entries(value) : [];
  return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** An audience is often the URL of the API, but it does not have to be. */
function exampleOf(audience: string): string {
  return /^https?:\/\//.test(audience) ? audience : 'https://api.example.com/';
}
