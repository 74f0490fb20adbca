/** Gathers a credential of each kind: from the file, by a login, or created at the tenant. What is missing has a reason. */
import { randomBytes, randomInt } from 'node:crypto';
import { describeError } from '../../src/cli/describe-error.ts';
import { signClientAssertion } from '../../src/issuer/client-assertion.ts';
import { makeThrowAwayKey } from '../../src/issuer/introspection-probe.ts';
import type { DemoChoice } from '../demo-routes.ts';
import { AppPasswords } from './app-passwords.ts';
import type { TestCredentials } from './credentials-file.ts';
import { Interrupted } from './guide.ts';
import { logIn, unverifiedSubject } from './log-in.ts';
import type { RunContext } from './run-context.ts';

/** A credential, or why there is none. */
export type Given = { readonly value: string } | { readonly why: string };

export type TokenKind =
  | 'jwt'
  | 'opaque'
  | 'asp'
  | 'lackingAsp'
  | 'revokedAsp'
  | 'expiredJwt'
  | 'refresh'
  | 'garbageJwt'
  | 'garbageToken'
  | 'garbageAsp';

export interface RunCredentials {
  readonly tokens: Readonly<Record<TokenKind, Given>>;
  readonly username: Given;
  /** A password that the authorizer can check. */
  readonly password: Given;
  /** Creates more. @default - it is not possible */
  readonly appPasswords?: AppPasswords | undefined;
}

/** What the clean-up needs, known as soon as the first app specific password is about to be created. */
export type Remember = (appPasswords: AppPasswords) => void;

const DECLINED = 'you did not allow it';
const notInFile = (name: string) => ({ why: `the credentials file has no ${name}` });

/** @throws Interrupted */
export async function gatherCredentials(
  context: RunContext,
  given: TestCredentials,
  choice: DemoChoice,
  remember: Remember,
): Promise<RunCredentials> {
  const { user, tokens } = given;
  const inFile = (kind: keyof typeof tokens): Given => {
    const value = tokens[kind];
    return value === undefined ? notInFile(`tokens.${kind}`) : { value };
  };
  const jwt = tokens.jwt === undefined ? await jwtByLogin(context, user, choice) : { value: tokens.jwt };
  const userId = user?.userId ?? ('value' in jwt ? unverifiedSubject(jwt.value) : undefined);
  const made = await makeAppPasswords(context, userId, choice, remember);
  const { configuration } = context;
  const canCheckPasswords = configuration.passwordGrantSecret !== undefined;
  return {
    tokens: {
      jwt,
      opaque: inFile('opaque'),
      expiredJwt: inFile('expiredJwt'),
      refresh: inFile('refresh'),
      ...made.tokens,
      asp: 'why' in made.tokens.asp && tokens.asp !== undefined ? { value: tokens.asp } : made.tokens.asp,
      garbageJwt: { value: await jwtOfNobody(context, configuration.issuer, configuration.audience) },
      garbageToken: { value: randomBytes(24).toString('base64url') },
      garbageAsp: { value: randomLetters(16) },
    },
    username: user === undefined ? notInFile('user') : { value: user.username },
    password: canCheckPasswords ? passwordOf(user) : { why: 'the configuration has no passwordGrantSecret' },
    appPasswords: made.appPasswords,
  };
}

function passwordOf(user: TestCredentials['user']): Given {
  return user?.password === undefined ? notInFile('user.password') : { value: user.password };
}

async function jwtByLogin(context: RunContext, user: TestCredentials['user'], choice: DemoChoice): Promise<Given> {
  const { ports, guide, redactor, configuration } = context;
  const { issuer, audience, passwordGrantSecret } = configuration;
  if (user?.password === undefined || passwordGrantSecret === undefined) {
    return {
      why: 'the credentials file has no tokens.jwt, and the user cannot be logged in without user.password and passwordGrantSecret',
    };
  }
  const { username, password } = user;
  try {
    const value = await guide.step('the login of the test user', async () => {
      const client = await ports.readPasswordClient(passwordGrantSecret);
      if (client.clientSecret !== undefined) redactor.add(client.clientSecret);
      return logIn({ issuer, audience, scopes: choice.scopes, client, username, password }, ports);
    });
    redactor.add(value);
    return { value };
  } catch (error) {
    return { why: `the test user could not be logged in. ${reasonOf(error)}` };
  }
}

interface Made {
  readonly tokens: Readonly<Record<'asp' | 'lackingAsp' | 'revokedAsp', Given>>;
  readonly appPasswords?: AppPasswords;
}

async function makeAppPasswords(
  context: RunContext,
  userId: string | undefined,
  { scopes, lacking }: DemoChoice,
  remember: Remember,
): Promise<Made> {
  const { ports, guide, redactor, configuration } = context;
  const { audience, stackPrefix } = configuration;
  if (userId === undefined) return none('the id of the test user is unknown; add user.userId to the credentials file');
  const question = `Create app specific passwords for the user ${userId} at ${configuration.issuer}, and delete them afterwards?`;
  if (!(await guide.allows(question))) return none(DECLINED);
  const label = `Acceptance run ${stackPrefix}`;
  const appPasswords = new AppPasswords({ connect: ports.connect, redactor, userId, audience, label });
  remember(appPasswords);
  try {
    const tokens = await guide.step('new app specific passwords', async () => {
      const asp = await appPasswords.create(scopes);
      const revoked = await appPasswords.create(scopes);
      await appPasswords.remove(revoked.id);
      const isOwn = lacking !== undefined && lacking.scopes !== scopes;
      const lackingAsp = isOwn ? await appPasswords.create(lacking.scopes) : asp;
      return { asp, lackingAsp, revokedAsp: revoked };
    });
    return { tokens, appPasswords };
  } catch (error) {
    return none(`the tenant created none. ${reasonOf(error)}`);
  }
}

function none(why: string): Made {
  return { tokens: { asp: { why }, lackingAsp: { why }, revokedAsp: { why } } };
}

/** @throws Interrupted */
function reasonOf(error: unknown): string {
  if (error instanceof Interrupted) throw error;
  return describeError(error);
}

/** A JWT like those of an issuer, signed by a key that nobody knows. */
export async function jwtOfNobody(
  { ports }: Pick<RunContext, 'ports'>,
  issuer: string,
  audience: string,
): Promise<string> {
  const key = await makeThrowAwayKey('acceptance');
  return signClientAssertion(key, { clientId: issuer, audience, jti: ports.uniqueId(), now: ports.clock() });
}

/** What looks like an app specific password. */
function randomLetters(count: number): string {
  return Array.from({ length: count }, () => String.fromCharCode(97 + randomInt(26))).join('');
}
