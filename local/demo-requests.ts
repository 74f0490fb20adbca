/** The requests of the demonstration, as `fetch` sends them and as a shell does. */
import type { DemoCredentials } from './demo-credentials.ts';
import type { DemoChoice, DemoRoute } from './demo-routes.ts';

export interface DemoRequest {
  readonly title: string;
  readonly route: DemoRoute;
  readonly authorization?: string;
  /** The options of `curl` with the credential. */
  readonly curlOptions?: string;
  /** Headers besides `Authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The same request again would be refused, so it has no command. */
  readonly isForOneUse?: true;
  readonly expected: 'allowed' | 401 | 403;
}

export interface DemoRequests {
  readonly requests: readonly DemoRequest[];
  /** What is not shown, each with the reason. */
  readonly leftOut: readonly string[];
  /** The credentials that are too long for a line, by the name of their shell variable. */
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * One request for each kind of credential.
 *
 * @param tokenUsers the user names whose Basic secret is a token
 */
export function demoRequests(
  choice: DemoChoice,
  credentials: DemoCredentials,
  [tokenUser]: readonly string[] = [],
): DemoRequests {
  const { route, lacking } = choice;
  const { username, password, jwt, opaque, asp, refresh, expiredJwt, revokedAsp, lackingAsp } = credentials;
  const allowed = { route, expected: 'allowed' } as const;
  // Neither an app specific password nor a login with a password is for an organization.
  const allowedAnywhere = { route, expected: credentials.isForOrganization ? 401 : 'allowed' } as const;
  const refused = { route, expected: 401 } as const;
  const passwordRow = { ...allowedAnywhere, title: 'username and password as Basic', ...basic(username, password) };
  const tokenRows =
    tokenUser === undefined
      ? []
      : [{ ...allowedAnywhere, title: `ASP as the Basic password of "${tokenUser}"`, ...basic(tokenUser, asp) }];
  const lackingRows = lacking
    ? ([
        {
          title: `missing scope: ${lacking.scopes.join(' ')} only`,
          route: lacking.route,
          expected: credentials.isForOrganization ? 401 : 403,
          ...bearer(lackingAsp),
        },
      ] as const)
    : [];
  return {
    requests: [
      { ...allowed, title: 'JWT as Bearer', ...inVariable('TOKEN', jwt) },
      { ...allowed, title: 'opaque token as Bearer', ...bearer(opaque) },
      { ...allowedAnywhere, title: 'ASP as Bearer', ...bearer(asp) },
      { ...allowedAnywhere, title: 'username and ASP as Basic', ...basic(username, asp) },
      ...(credentials.offersScopes ? [passwordRow] : []),
      ...tokenRows,
      ...ofOtherAudiences(route, credentials),
      { ...refused, title: 'expired JWT', ...inVariable('EXPIRED_TOKEN', expiredJwt) },
      { ...refused, title: 'revoked ASP', ...bearer(revokedAsp) },
      { ...refused, title: 'refresh token', ...bearer(refresh) },
      { ...refused, title: 'no credential' },
      ...lackingRows,
    ],
    leftOut: [
      ...(credentials.offersScopes
        ? []
        : [`username and password as Basic: the tenant's API does not offer ${choice.scopes.join(' ')}`]),
      ...(lacking ? [] : ['missing scope: no route that is called here requires one']),
    ],
    variables: { TOKEN: jwt, EXPIRED_TOKEN: expiredJwt },
  };
}

/** A route that requires an audience refuses the tokens of the others. */
function ofOtherAudiences(route: DemoRoute, credentials: DemoCredentials): readonly DemoRequest[] {
  const { ofOtherAudiences: others, isForOrganization } = credentials;
  const expected = route.requirement.audience === undefined && !isForOrganization ? 'allowed' : 401;
  return others.map(({ audience, asp }) => ({ title: `ASP for ${audience}`, route, expected, ...bearer(asp) }));
}

/** The command that sends the same request. */
export function curl(gateway: string, { route, curlOptions }: DemoRequest): string {
  const method = route.method === 'GET' ? [] : ['-X', route.method];
  return ['curl', '-i', ...method, ...(curlOptions ? [curlOptions] : []), quoted(urlOf(gateway, route))].join(' ');
}

export function urlOf(gateway: string, { path }: DemoRoute): string {
  return `${gateway}${path.slice(1)}`;
}

function bearer(token: string) {
  return { authorization: `Bearer ${token}`, curlOptions: `-H 'Authorization: Bearer ${token}'` };
}

export function inVariable(name: string, token: string) {
  return { authorization: `Bearer ${token}`, curlOptions: `-H "Authorization: Bearer $${name}"` };
}

function basic(username: string, secret: string) {
  const pair = `${username}:${secret}`;
  return {
    authorization: `Basic ${Buffer.from(pair).toString('base64')}`,
    curlOptions: `-u ${quoted(pair)}`,
  };
}

/** As one word for a shell. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
