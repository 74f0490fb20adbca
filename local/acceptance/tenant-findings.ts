/** Finds out how the tenant behaves where its documentation says too little. Changes nothing at the tenant. */
import { describeError } from '../../src/cli/describe-error.ts';
import { HttpFailure } from '../../src/core/http.ts';
import { isJsonObject, parseJson } from '../../src/core/json.ts';
import { type BodyFormat, contentTypeOf, encodeBody } from '../../src/issuer/body-formats.ts';
import { CLIENT_ASSERTION_TYPE, signClientAssertion } from '../../src/issuer/client-assertion.ts';
import { makeThrowAwayKey } from '../../src/issuer/introspection-probe.ts';
import { oauthErrorOf } from '../../src/issuer/oauth-error.ts';
import { KEY_PROPERTIES } from '../../src/management/key-properties.ts';
import { urlOf } from '../demo-requests.ts';
import { bearer, call, methodOf } from './caller.ts';
import type { Given, RunCredentials } from './credentials.ts';
import { Interrupted } from './guide.ts';
import type { RunContext, Target } from './run-context.ts';

const TIMEOUT_MS = 10_000;
const FORMATS: readonly BodyFormat[] = ['json', 'form'];
/** The form of an app specific password by which the authorizer recognizes one. */
const APP_PASSWORD = /^[A-Za-z]{16}$/;

/** @throws Interrupted */
export async function observeTenant(context: RunContext, target: Target, credentials: RunCredentials): Promise<void> {
  await findingOr(context, 'Body format of introspection', () => bodyFormats(context));
  await findingOr(context, 'Property of the API that holds the public key', () => keyProperty(context));
  context.report.saw('Warnings of the set-up', target.deployed.warnings);
  observeJwt(context, credentials);
  await findingOr(context, 'Form of an app specific password', async () => formOfAppPassword(credentials));
  const { jwt, asp } = credentials.tokens;
  await findingOr(context, 'Principal of an app specific password', () => principalOf(context, target, asp));
  await findingOr(context, 'Principal of a JWT', () => principalOf(context, target, jwt));
}

/** @throws Interrupted */
async function findingOr(context: RunContext, question: string, find: () => Promise<string | NotSeen>): Promise<void> {
  const { guide, report } = context;
  try {
    const answer = await guide.step(question, find);
    if (typeof answer === 'string') report.saw(question, answer);
    else report.didNotSee(question, answer.why);
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    report.didNotSee(question, describeError(error));
  }
}

interface NotSeen {
  readonly why: string;
}

/**
 * A server that can read the body refuses the client in it, because a throw-away key signed the assertion. The real key is
 * not needed, and stays in AWS.
 */
async function bodyFormats(context: RunContext): Promise<string> {
  const answers = [];
  for (const format of FORMATS) answers.push(`${format}: ${await introspectIn(context, format)}`);
  return answers.join('; ');
}

async function introspectIn({ ports, configuration }: RunContext, format: BodyFormat): Promise<string> {
  const { issuer, audience } = configuration;
  const key = await makeThrowAwayKey('acceptance');
  const claims = { clientId: audience, audience: issuer, jti: ports.uniqueId(), now: ports.clock() };
  const parameters = {
    token: 'a-token-that-nobody-issued',
    client_assertion_type: CLIENT_ASSERTION_TYPE,
    client_assertion: signClientAssertion(key, claims),
  };
  try {
    const response = await ports.http({
      method: 'POST',
      url: `${issuer}oauth/introspect`,
      headers: { 'content-type': contentTypeOf(format), accept: 'application/json' },
      body: encodeBody(format, parameters),
      timeoutMs: TIMEOUT_MS,
    });
    const code = oauthErrorOf(response)?.code;
    const got = code === undefined ? String(response.status) : `${response.status} ${code}`;
    return code === 'invalid_client' ? `read (${got}, as expected of an unknown key)` : `got ${got}`;
  } catch (error) {
    if (error instanceof HttpFailure) return 'no response';
    throw error;
  }
}

async function keyProperty({ ports, configuration }: RunContext): Promise<string | NotSeen> {
  const { resourceServers } = await ports.connect();
  const keys = (await resourceServers.find(configuration.audience))?.keys;
  const held = KEY_PROPERTIES.filter((property) => keys && keys[property] !== null);
  if (held.length > 0) return held.join(', ');
  return { why: 'the tenant accepts the key but does not show it. The warnings of the set-up say how it was proved.' };
}

function formOfAppPassword({ tokens: { asp } }: RunCredentials): string | NotSeen {
  if ('why' in asp) return { why: asp.why };
  const { length } = asp.value;
  return APP_PASSWORD.test(asp.value)
    ? '16 letters, as the authorizer expects'
    : `${length} characters, not 16 letters: with Basic, the authorizer takes it for a password first`;
}

/** Names only. */
function observeJwt({ report }: RunContext, { tokens: { jwt } }: RunCredentials): void {
  const question = 'Header and claims of a JWT';
  if ('why' in jwt) {
    report.didNotSee(question, jwt.why);
    return;
  }
  const [header, claims] = jwt.value.split('.').map(unverifiedPart);
  const { alg, typ } = header ?? {};
  report.saw(question, `alg ${String(alg)}, typ ${String(typ)}; claims ${Object.keys(claims ?? {}).join(', ')}`);
}

function unverifiedPart(part: string) {
  const value = parseJson(Buffer.from(part, 'base64url').toString('utf8'));
  return isJsonObject(value) ? value : undefined;
}

/** The demo API returns the principal with the claims that the configuration names. Only the names of what it has are reported. */
async function principalOf(
  { ports, configuration }: RunContext,
  { deployed, choice: { route } }: Target,
  token: Given,
): Promise<string | NotSeen> {
  if ('why' in token) return { why: token.why };
  if (configuration.backendUrl !== undefined)
    return { why: 'the backend is your own. Leave backendUrl out to see it.' };
  const { body } = await call(ports.http, urlOf(deployed.apiUrl, route), bearer(token.value), methodOf(route));
  const { principal = body } = isJsonObject(body) ? body : {};
  if (!isJsonObject(principal)) return { why: 'the demo API did not return it.' };
  const [known, unknown] = [true, false].map((isKnown) =>
    Object.keys(principal).filter((key) => (principal[key] !== '') === isKnown),
  );
  return `has ${known?.join(', ')}; lacks ${unknown?.join(', ') || 'nothing'}`;
}
