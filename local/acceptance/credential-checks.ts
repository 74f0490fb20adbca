/** Checks that each kind of credential is allowed or refused, and which challenge a refused caller gets. */
import { randomUUID } from 'node:crypto';
import {
  basicOffer,
  type ChallengeSettings,
  insufficientScopeChallenge,
  unauthorizedChallenge,
} from '../../src/config/challenges.ts';
import { scopesOf } from '../../src/core/routes.ts';
import { resourceMetadataUrl } from '../../src/resource-metadata/location.ts';
import { urlOf } from '../demo-requests.ts';
import type { DemoRoute } from '../demo-routes.ts';
import { basic, bearer, call, inWords, isAllowed, methodOf, type Seen } from './caller.ts';
import type { Given, RunCredentials } from './credentials.ts';
import type { RunContext, Target } from './run-context.ts';

interface Row {
  readonly title: string;
  /** @default - no credential */
  readonly authorization?: Given;
  readonly expected: 'allowed' | 401 | 403;
  readonly route: DemoRoute;
}

const SECTION = 'Credentials';
const CHALLENGES = 'Challenges';
const BOUND = 'Tokens that are bound to their holder';

const NOT_TRIED = {
  'token that is bound to a key, with a DPoP proof':
    'the tenant issues one only to a client that sends a proof itself. Set dpop, and send one with a client of your own',
  'token that is bound to a client certificate':
    'it needs a custom domain with mutual TLS. Set mtls, and send one with a client of your own',
};

/** Sends every kind of credential once. @throws Interrupted */
export async function checkCredentials(
  context: RunContext,
  { deployed, choice }: Target,
  credentials: RunCredentials,
): Promise<void> {
  const { guide, report, ports } = context;
  const responses: Partial<Record<Row['expected'], Seen>> = {};
  for (const { title, authorization, expected, route } of rowsOf(context, choice, credentials)) {
    if (authorization && 'why' in authorization) {
      report.notTried(SECTION, title, authorization.why);
      continue;
    }
    const url = urlOf(deployed.apiUrl, route);
    const seen = await guide.step(`the response to: ${title}`, () =>
      call(ports.http, url, authorization?.value, methodOf(route)),
    );
    responses[expected] ??= seen;
    report.judge(SECTION, title, isExpected(seen, expected), inWords(seen), inFull(expected));
  }
  if (!choice.lacking) report.notTried(SECTION, 'missing scope', 'no route that is called here requires a scope');
  for (const [title, why] of Object.entries(NOT_TRIED)) report.notTried(BOUND, title, why);
  checkChallenges(context, choice.lacking?.route, responses);
}

function rowsOf(
  { configuration }: RunContext,
  { route, lacking }: Target['choice'],
  credentials: RunCredentials,
): readonly Row[] {
  const { tokens, username, password } = credentials;
  const allowed = { route, expected: 'allowed' } as const;
  const refused = { route, expected: 401 } as const;
  // Neither an app specific password nor a login is for an organization.
  const ofNoOrganization = configuration.allowedOrganizations.length > 0 ? refused : allowed;
  const lackingRow = lacking && {
    title: `missing scope: ${lacking.scopes.join(' ')} only`,
    authorization: asBearer(tokens.lackingAsp),
    route: lacking.route,
    expected: 403 as const,
  };
  const tokenRows = configuration.basicTokenUsers.slice(0, 1).map((value) => ({
    ...allowed,
    title: 'JWT as the password of a user name in basicTokenUsers',
    authorization: asBasic({ value }, tokens.jwt),
  }));
  const wrong = 'why' in password ? password : { value: randomUUID() };
  return [
    { ...allowed, title: 'JWT as Bearer', authorization: asBearer(tokens.jwt) },
    { ...allowed, title: 'opaque token as Bearer', authorization: asBearer(tokens.opaque) },
    { ...ofNoOrganization, title: 'ASP as Bearer', authorization: asBearer(tokens.asp) },
    { ...ofNoOrganization, title: 'username and ASP as Basic', authorization: asBasic(username, tokens.asp) },
    { ...ofNoOrganization, title: 'username and password as Basic', authorization: asBasic(username, password) },
    ...tokenRows,
    { ...refused, title: 'no credential' },
    { ...refused, title: 'expired JWT', authorization: asBearer(tokens.expiredJwt) },
    { ...refused, title: 'JWT with a wrong signature', authorization: asBearer(tokens.garbageJwt) },
    { ...refused, title: 'opaque token that nobody issued', authorization: asBearer(tokens.garbageToken) },
    { ...refused, title: 'ASP that nobody issued', authorization: asBearer(tokens.garbageAsp) },
    { ...refused, title: 'deleted ASP', authorization: asBearer(tokens.revokedAsp) },
    { ...refused, title: 'ASP with the name of another user', authorization: asBasic(OTHER_USER, tokens.asp) },
    { ...refused, title: 'username and a wrong password', authorization: asBasic(username, wrong) },
    { ...refused, title: 'refresh token', authorization: asBearer(tokens.refresh) },
    { ...refused, title: 'JWT with the scheme DPoP and no proof', authorization: asDpop(tokens.jwt) },
    ...(lackingRow ? [lackingRow] : []),
  ];
}

const OTHER_USER = { value: 'nobody@acceptance.example' };

function asDpop(token: Given): Given {
  return 'why' in token ? token : { value: `DPoP ${token.value}` };
}

function asBearer(token: Given): Given {
  return 'why' in token ? token : { value: bearer(token.value) };
}

function asBasic(username: Given, secret: Given): Given {
  if ('why' in username) return username;
  return 'why' in secret ? secret : { value: basic(username.value, secret.value) };
}

function isExpected(seen: Seen, expected: Row['expected']): boolean {
  return expected === 'allowed' ? isAllowed(seen) : seen.isRefused && seen.status === expected;
}

function inFull(expected: Row['expected']): string {
  return expected === 'allowed' ? 'allowed' : `${expected} refused`;
}

/** API Gateway sends both challenges, one as a fixed text and one from the authorizer's context. */
function checkChallenges(
  { report, configuration, isEmulated }: RunContext,
  lackingRoute: DemoRoute | undefined,
  responses: Partial<Record<Row['expected'], Seen>>,
): void {
  const challenges = challengesOf(configuration);
  const unauthorized = responses[401];
  const challengeOf = (seen: Seen) => seen.headers['www-authenticate'] ?? 'none';
  const title = (status: number) => `WWW-Authenticate of a ${status}`;
  if (unauthorized) {
    const expected = unauthorizedChallenge(challenges);
    report.compare(CHALLENGES, title(401), challengeOf(unauthorized), expected);
  }
  const forbidden = responses[403];
  if (!forbidden || !lackingRoute) {
    report.notTried(CHALLENGES, title(403), 'no request was refused with 403');
  } else if (isEmulated && challengeOf(forbidden) === 'none') {
    report.notTried(CHALLENGES, title(403), 'the emulator cannot send it');
  } else {
    const expected = insufficientScopeChallenge(challenges, scopesOf(lackingRoute.requirement));
    report.compare(CHALLENGES, title(403), challengeOf(forbidden), expected);
  }
}

function challengesOf(configuration: RunContext['configuration']): ChallengeSettings {
  const { audience, dpop, resourceMetadata, publicUrl } = configuration;
  const metadataUrl = resourceMetadata && publicUrl !== undefined ? resourceMetadataUrl(publicUrl) : undefined;
  return { audience, dpop, basicChallenge: basicOffer(configuration), resourceMetadataUrl: metadataUrl };
}
