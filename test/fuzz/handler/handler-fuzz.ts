/** The handler fuzz: sends an event to the handler and compares the result with the plain model. */

import { createHandler } from '../../../lambda/authorizer/create-handler.ts';
import type { AuthorizerPorts } from '../../../src/authorizer/compose.ts';
import {
  type AuthorizerConfiguration,
  parseAuthorizerConfiguration,
} from '../../../src/config/authorizer-configuration.ts';
import type { ClientCredentials, SecretClient } from '../../../src/core/client-credentials.ts';
import { ConfigurationError, IssuerError } from '../../../src/core/errors.ts';
import { expiryId } from '../../../src/shared-state/expiry-id.ts';
import { type ExpiryReader, TableError } from '../../../src/shared-state/ports.ts';
import type { Fuzz, FuzzOptions } from '../fuzz.ts';
import { base64url } from '../keys.ts';
import { isPending } from '../pending.ts';
import { runProperty } from '../run-property.ts';
import { mutualTlsOf } from './binding-model.ts';
import { type Case, cases, oneChangeEach } from './case.ts';
import { eventOf, presentedIn, TOKEN_USER } from './event.ts';
import { faultsOf, type Observed } from './faults.ts';
import { receivedConfiguration } from './received.ts';
import { MAPS } from './routes.ts';
import { clientKey, StandIn, signingKey } from './stand-in.ts';
import {
  AUDIENCE,
  acceptedAudiences,
  audienceOfRoutes,
  calledIn,
  FIRST,
  GRANT_CLIENT,
  ISSUER_CLIENT,
  ISSUER_CLIENT_SECRET_NAME,
  issuersOf,
  OWN_EXPIRY,
  PUBLIC_URL,
  START_SECONDS,
} from './world.ts';

export const handlerFuzz: Fuzz = {
  name: 'handler',
  run: (options: FuzzOptions) =>
    runProperty({ name: 'handler', cases, first: oneChangeEach(), faultsOf: handlerFaults }, options),
};

async function handlerFaults(testCase: Case): Promise<readonly string[]> {
  return isPending(testCase) ? [] : faultsOf(testCase, await observe(testCase));
}

/** Runs one case with its own handler. */
export async function observe(testCase: Case): Promise<Observed> {
  const presented = presentedIn(testCase);
  const standIn = new StandIn(testCase, presented.secret);
  const lines: string[] = [];
  const handle = createHandler(configurationOf(testCase), portsOf(testCase, standIn, presented.secret), (line) =>
    lines.push(line),
  );
  await serveOthers(testCase, standIn, handle);
  standIn.calls.length = 0;
  lines.length = 0;
  const startedAtMs = standIn.nowMs;
  const settled = await settle(() => handle(eventOf(testCase, presented)));
  return { ...settled, lines, elapsedMs: standIn.nowMs - startedAtMs, standIn, ...presented };
}

async function settle(run: () => Promise<unknown>): Promise<{ readonly result: unknown; readonly thrown: unknown }> {
  try {
    return { result: await run(), thrown: undefined };
  } catch (thrown) {
    return { result: undefined, thrown };
  }
}

function routesOf(testCase: Case): object {
  const map: object = MAPS[calledIn(testCase).map];
  const audience = audienceOfRoutes(testCase);
  if (audience === undefined) return map;
  return Object.fromEntries(
    Object.entries(map).map(([key, setting]) => [
      key,
      setting === 'public' ? setting : { ...(Array.isArray(setting) ? { allOf: setting } : setting), audience },
    ]),
  );
}

const configurations = new Map<string, AuthorizerConfiguration>();

function configurationOf(testCase: Case): AuthorizerConfiguration {
  const text = JSON.stringify({
    issuer: FIRST.issuer,
    audience: AUDIENCE,
    issuers: issuersOf(testCase)
      .slice(1)
      .map(({ issuer, jwksUrl, introspectionUrl, isRfc7662, hasSecret }) => ({
        issuer,
        ...(isRfc7662 ? { profile: 'rfc7662', jwksUrl, introspectionUrl } : {}),
        ...(hasSecret ? { clientSecret: ISSUER_CLIENT_SECRET_NAME } : {}),
      })),
    audiences: acceptedAudiences(testCase).slice(1),
    routes: routesOf(testCase),
    basicOrder: testCase.order,
    basicTokenUsers: ['oauth2', TOKEN_USER],
    webSocketSubprotocols: true,
    permissionsAsScopes: testCase.permissionsAsScopes,
    introspectJwts: testCase.introspectJwts,
    logSubject: testCase.logSubject,
    dpop: testCase.dpop,
    mtls: mutualTlsOf(testCase),
    ...(testCase.expiry === 'notConfigured' ? {} : { expiries: { table: 'expiries', digestSecret: 'digest' } }),
    ...(testCase.publicUrl ? { publicUrl: PUBLIC_URL } : {}),
    signingKeySecret: 'signing-key',
    ...receivedConfiguration(testCase),
    ...(testCase.hasGrant ? { passwordGrantSecret: 'password-grant' } : {}),
  });
  const known = configurations.get(text) ?? parseAuthorizerConfiguration(text);
  configurations.set(text, known);
  return known;
}

const SLOW_READING_MS = 1500;

function portsOf(testCase: Case, standIn: StandIn, presented: string): AuthorizerPorts {
  const current = { kid: 'current', privateKey: signingKey('current').privateKey };
  const pending = { kid: 'pending', privateKey: signingKey('pending').privateKey };
  return {
    http: standIn.port,
    clock: () => standIn.nowMs,
    sleep: async (milliseconds) => {
      standIn.nowMs += milliseconds;
    },
    random: () => 0.5,
    signingKeys: {
      read: async () => {
        if (testCase.keys === 'slow' && !standIn.isBefore) standIn.nowMs += SLOW_READING_MS;
        if (testCase.keys === 'unreadable') throw unreadable();
        if (testCase.keys === 'invalid')
          throw new ConfigurationError('signing_key_invalid', 'The fuzz simulates: not a key.');
        return testCase.keys === 'rotated' || testCase.keys === 'refused' ? [current, pending] : [current];
      },
    },
    proofs: {
      add: async () => {
        if (testCase.proofTable === 'down') throw new TableError('timeout', 'The fuzz simulates: no response.');
        return testCase.proof !== 'replayed';
      },
    },
    expiries: {
      readSecret: async () => DIGEST_SECRET,
      table: expiryReader(testCase, expiryId(DIGEST_SECRET, presented)),
    },
    passwordGrantClient: testCase.hasGrant ? () => readGrantClient(testCase) : undefined,
    issuerClient: async (secretId) => {
      if (secretId !== ISSUER_CLIENT_SECRET_NAME) throw unreadable();
      return withKeyIf(testCase, ISSUER_CLIENT);
    },
  };
}

const DIGEST_SECRET = 'd'.repeat(32);

function expiryReader({ expiry }: Case, presentedId: string): ExpiryReader {
  return {
    read: async (id) => {
      if (expiry === 'down') throw new TableError('timeout', 'The fuzz simulates: no response.');
      if (id !== presentedId || expiry === 'none') return undefined;
      return expiry === 'past' ? START_SECONDS : OWN_EXPIRY;
    },
  };
}

async function readGrantClient(testCase: Case) {
  if (testCase.grantClient === 'unreadable') throw unreadable();
  if (testCase.grantClient === 'invalid')
    throw new ConfigurationError('configuration_invalid', 'The fuzz simulates: not a client.');
  const client = withKeyIf(testCase, GRANT_CLIENT);
  return testCase.hasConnection ? { ...client, connection: 'Users' } : client;
}

function withKeyIf({ clientsHaveKeys }: Case, client: SecretClient): ClientCredentials {
  if (!clientsHaveKeys) return client;
  const { clientId } = client;
  return { clientId, key: { privateKey: clientKey(clientId).privateKey, alg: 'ES256' } };
}

const unreadable = () => new IssuerError('issuer_unavailable', 'The fuzz simulates: the secret cannot be read.');

const OTHERS = 7;

/** Serves other callers first. Nothing that their credentials cause may stop the caller of this case. */
async function serveOthers(testCase: Case, standIn: StandIn, handle: ReturnType<typeof createHandler>): Promise<void> {
  if (testCase.before === 'nothing') return;
  standIn.isBefore = true;
  for (let index = 0; index < OTHERS; index += 1) {
    const fields = [['Authorization', othersHeader(testCase, index)]] as const;
    await settle(() => handle(eventOf(testCase, { fields })));
  }
  standIn.isBefore = false;
}

function othersHeader({ before }: Case, index: number): string {
  if (before.startsWith('logins')) {
    return `Basic ${Buffer.from(`other${index}@example.com:some other password ${index}`).toString('base64')}`;
  }
  if (before !== 'junkJwts') return `Bearer someOtherOpaqueToken${index}`;
  const claims = { iss: FIRST.issuer, sub: 'x', aud: AUDIENCE, exp: 4_000_000_000 };
  return `Bearer ${base64url({ alg: 'ES256', kid: `junk-${index}` })}.${base64url(claims)}.c2lnbmF0dXJl`;
}
