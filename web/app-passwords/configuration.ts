/** What the page must know about its deployment: `config.json` beside it. All of it is public. */
import { isObject, listOf, numberOf, objectOf, textOf, textsIn, textsOf, UnexpectedJson } from './json.ts';

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
  /** The scopes with which that command works: one of these lists is enough. */
  readonly exampleScopes: readonly (readonly string[])[];
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
    exampleScopes: found.exampleScopes === undefined ? [[]] : listOf(found, 'exampleScopes').map(textsIn),
  };
}

/** Whether an app password with these scopes can call the example. */
export function canCallExample({ exampleScopes }: PageConfiguration, scopes: readonly string[]): boolean {
  return exampleScopes.some((needed) => needed.every((scope) => scopes.includes(scope)));
}

function issuerOf(issuer: string): string {
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
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
