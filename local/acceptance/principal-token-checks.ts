/** Checks that the backend gets a signed principal which the served keys verify, if the configuration turns it on. */
import { createLocalJWKSet, jwtVerify } from 'jose';
import { isJsonObject } from '../../src/core/json.ts';
import { urlOf } from '../demo-requests.ts';
import { bearer, call, methodOf } from './caller.ts';
import type { RunCredentials } from './credentials.ts';
import type { RunContext, Target } from './run-context.ts';

const SECTION = 'Signed principal';
const TITLE = 'token that the demo API received';
const VERIFIED = 'verified by the JWKS';

/** @throws Interrupted */
export async function checkPrincipalToken(
  { guide, ports, report, configuration }: RunContext,
  { deployed, choice: { route } }: Target,
  { tokens }: RunCredentials,
): Promise<void> {
  if (!configuration.principalToken) return;
  if (configuration.backendUrl !== undefined) {
    report.notTried(SECTION, TITLE, 'the backend is your own. Leave backendUrl out to see it');
    return;
  }
  const credential = [tokens.jwt, tokens.opaque, tokens.asp].find((given) => 'value' in given);
  if (!credential || 'why' in credential) {
    report.notTried(SECTION, TITLE, 'there is no credential');
    return;
  }
  const { issuer, jwksUrl } = deployed.principalToken;
  const expected = { issuer, audience: configuration.principalTokenAudience ?? configuration.audience };
  const got = await guide.step(TITLE, async () => {
    const seen = await call(ports.http, urlOf(deployed.apiUrl, route), bearer(credential.value), methodOf(route));
    const { body: jwks } = await call(ports.http, jwksUrl);
    return verdictOf(tokenIn(seen.body), jwks, { ...expected, currentDate: new Date(ports.clock()) });
  });
  report.compare(SECTION, TITLE, got, VERIFIED);
}

/** The demo API responds to `/whoami` with the principal, and to other routes with the principal as a member. */
function tokenIn(body: unknown): unknown {
  if (!isJsonObject(body)) return undefined;
  return isJsonObject(body.principal) ? body.principal.token : body.token;
}

interface Expected {
  readonly issuer: string;
  readonly audience: string;
  readonly currentDate: Date;
}

/** Of an error it shows only the name, since a message may hold parts of the token. */
async function verdictOf(token: unknown, jwks: unknown, expected: Expected): Promise<string> {
  if (typeof token !== 'string') return 'no token';
  if (!isJsonObject(jwks) || !Array.isArray(jwks.keys)) return 'no JWKS';
  try {
    const options = { ...expected, typ: 'principal+jwt', algorithms: ['ES256'] };
    await jwtVerify(token, createLocalJWKSet({ keys: jwks.keys }), options);
    return VERIFIED;
  } catch (error) {
    return `not verified: ${error instanceof Error ? error.name : 'unknown error'}`;
  }
}
