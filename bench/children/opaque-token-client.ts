/**
 * The child process of `cases/unseen-opaque-token.ts`: introspects one opaque token after the other and prints the rows
 * as JSON.
 */
import { createPrivateKey, generateKeyPairSync, randomBytes, randomUUID, sign, webcrypto } from 'node:crypto';
import {
  type AuthorizationServer,
  introspectionRequest,
  PrivateKeyJwt,
  processIntrospectionResponse,
} from 'oauth4webapi';
import { createHttpsClient } from '../../src/http/https-client.ts';
import { PrivateKeyJwt as OurPrivateKeyJwt } from '../../src/issuer/client-authentication.ts';
import { Introspection } from '../../src/issuer/introspection.ts';
import { INTROSPECTION_PROFILES } from '../../src/issuer/introspection-profile.ts';
import { IssuerEndpoint } from '../../src/issuer/issuer-endpoint.ts';
import { SigningKeyRing } from '../../src/signing-key/signing-key-ring.ts';
import { AUDIENCE } from '../issuer.ts';
import { measuredRows } from '../measured-rows.ts';
import { connectRaw } from '../raw-tls.ts';
import { measure } from '../rounds.ts';
import { atMost } from '../row.ts';

const PATH = 'opaque token not seen before';
const OURS = 'ours';
const KID = 'signing-1';

// biome-ignore lint/style/noProcessEnv: the parent process passes the configuration here.
const { issuer }: { readonly issuer: string } = JSON.parse(process.env.CONFIG ?? '');
const url = `${issuer}oauth/introspect`;
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const newToken = () => randomBytes(16).toString('base64url');

void run();

async function run(): Promise<void> {
  const contenders = [
    { subject: 'floor: a raw TLS round trip and a bare signature', once: await floor() },
    { subject: OURS, once: ourIntrospection() },
    { subject: 'oauth4webapi', once: await peer() },
  ];
  const measurements = await measure(contenders, { rounds: 61, batch: 40 });
  const rows = measuredRows(PATH, measurements, ({ subject, ratioTo }) =>
    subject === OURS ? atMost(ratioTo(contenders[0]?.subject ?? ''), 1.4, '× 1.4') : undefined,
  );
  process.stdout.write(JSON.stringify(rows), () => process.exit());
}

/** One request written as text, one response read as text, and the signature, which every solution needs. */
async function floor() {
  const body = JSON.stringify({ token: newToken(), client_assertion: 'a'.repeat(700) });
  const roundTrip = await connectRaw(url, body);
  const signingInput = Buffer.from('a'.repeat(350));
  return () => {
    sign('sha256', signingInput, privateKey);
    return roundTrip();
  };
}

function ourIntrospection() {
  const clock = Date.now;
  const ports = { http: createHttpsClient().send, clock, sleep: async () => undefined, random: Math.random };
  const introspection = new Introspection({
    url,
    endpoint: new IssuerEndpoint('introspection', ports),
    clientAuthentication: new OurPrivateKeyJwt({
      keys: new SigningKeyRing({ read: async () => [{ kid: KID, privateKey }] }, clock),
      clientId: AUDIENCE,
      audience: issuer,
      clock,
      uniqueId: randomUUID,
    }),
    profile: INTROSPECTION_PROFILES.auth0,
    expected: { issuer, audiences: [AUDIENCE], clock, clockToleranceSeconds: 5 },
  });
  return () => introspection.introspect(newToken(), { deadlineMs: clock() + 5000 });
}

async function peer() {
  const server: AuthorizationServer = { issuer, introspection_endpoint: url };
  const client = { client_id: AUDIENCE };
  const authentication = PrivateKeyJwt({ key: await webCryptoKey(), kid: KID });
  return async () => {
    const response = await introspectionRequest(server, client, authentication, newToken());
    return processIntrospectionResponse(server, client, response);
  };
}

function webCryptoKey(): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey({ key: privateKey.export({ type: 'pkcs8', format: 'pem' }) }).export({
    type: 'pkcs8',
    format: 'der',
  });
  return webcrypto.subtle.importKey('pkcs8', der, { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, false, ['sign']);
}
