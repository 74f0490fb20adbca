/**
 * From event text to response text, for a cached principal. The floor is the work that every authorizer must do: it
 * parses the event, finds a ready response under the credential's digest, and serializes it. The peer verifies the
 * token again.
 */
import { hash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { verifyJwtSync } from 'aws-jwt-verify/jwt-verifier';
import { type AuthorizerEvent, adapt } from '../../lambda/authorizer/api-kinds.ts';
import { createHandler } from '../../lambda/authorizer/create-handler.ts';
import { policy } from '../../lambda/authorizer/policy.ts';
import { type AuthorizerPorts, composeAuthorizer } from '../../src/authorizer/compose.ts';
import { parseAuthorizerConfiguration } from '../../src/config/authorizer-configuration.ts';
import { AUDIENCE, type BenchIssuer, createIssuer } from '../issuer.ts';
import { measuredRows } from '../measured-rows.ts';
import { restEventText } from '../rest-event.ts';
import { type Contender, measure } from '../rounds.ts';
import { atMost, type Row } from '../row.ts';

const PATH = 'event text to response text, principal cached';
const OURS = 'ours';

export async function knownPrincipal(): Promise<readonly Row[]> {
  const issuer = await createIssuer('https://tenant.example/');
  const [token] = await issuer.mint(1);
  const eventText = restEventText(token);
  const devNull = openSync('/dev/null', 'w');
  const contenders = [
    await floor(issuer, eventText, token),
    { subject: `${OURS}, without the log line`, once: withoutLine(issuer, eventText) },
    { subject: OURS, once: withLine(issuer, eventText, () => undefined) },
    {
      subject: `${OURS}, with the log line written to /dev/null`,
      once: withLine(issuer, eventText, (line) => writeSync(devNull, `${line}\n`)),
    },
    { subject: 'aws-jwt-verify, verifying again', once: () => JSON.stringify(verifyAgain(issuer, eventText)) },
  ];
  const measurements = await measure(contenders, { rounds: 101, batch: 100 });
  closeSync(devNull);
  return measuredRows(PATH, measurements, ({ subject, ratioTo }) =>
    subject === OURS ? atMost(ratioTo('floor'), 1.7, '× 1.7') : undefined,
  );
}

async function floor(issuer: BenchIssuer, eventText: string, token: string): Promise<Contender> {
  const response: unknown = JSON.parse(await withLine(issuer, eventText, () => undefined)());
  const responses = new Map([[hash('sha256', `Bearer ${token}`, 'base64'), response]]);
  return {
    subject: 'floor',
    once: () => {
      const { headers } = JSON.parse(eventText);
      return JSON.stringify(responses.get(hash('sha256', headers.authorization, 'base64')));
    },
  };
}

function withLine(issuer: BenchIssuer, eventText: string, writeLine: (line: string) => void) {
  const handler = createHandler(configuration(issuer), ports(issuer), writeLine);
  return async () => JSON.stringify(await handler(JSON.parse(eventText)));
}

/** Does the same as `createHandler`, without the log line. */
function withoutLine(issuer: BenchIssuer, eventText: string) {
  const authorizer = composeAuthorizer(configuration(issuer), ports(issuer));
  return async () => {
    const called: AuthorizerEvent = JSON.parse(eventText);
    const { request, toResult } = adapt(called, { audience: AUDIENCE, webSocketSubprotocols: false });
    return JSON.stringify(toResult(await authorizer.decide(request)));
  };
}

function verifyAgain({ issuer, jwk, publicKey }: BenchIssuer, eventText: string) {
  const { headers, methodArn } = JSON.parse(eventText);
  const token = headers.authorization.slice('Bearer '.length);
  const { sub = '', scope = '' } = verifyJwtSync(token, jwk, { issuer, audience: AUDIENCE }, () => publicKey);
  const principal = { subject: sub, scopes: String(scope).split(' '), issuer, tokenType: 'access_token' } as const;
  return policy(
    'Allow',
    {
      principal: {
        ...principal,
        username: undefined,
        clientId: undefined,
        organizationId: undefined,
        expiresAt: undefined,
      },
    },
    methodArn,
  );
}

function configuration({ issuer }: BenchIssuer) {
  const routes = { 'GET /foo/{id}': ['read:foo'] };
  return parseAuthorizerConfiguration(JSON.stringify({ issuer, audience: AUDIENCE, routes, signingKeySecret: 'none' }));
}

function ports({ jwks }: BenchIssuer): AuthorizerPorts {
  return {
    http: async () => ({ status: 200, headers: {}, body: jwks }),
    clock: Date.now,
    sleep: async () => undefined,
    random: Math.random,
    signingKeys: { read: () => Promise.reject(new Error('This benchmark signs nothing.')) },
  };
}
