/**
 * The child process of `cases/shared-cache-hit.ts`: one authorizer introspects tokens and shares what it found, another one uses them.
 * Prints the rows as JSON.
 */
import { createHmac, generateKeyPairSync, hash, randomBytes } from 'node:crypto';
import { composeAuthorizer } from '../../src/authorizer/compose.ts';
import { createAuthorizerAws } from '../../src/aws/authorizer-aws.ts';
import { parseAuthorizerConfiguration } from '../../src/config/authorizer-configuration.ts';
import { createHttpsClient } from '../../src/http/https-client.ts';
import { inTurn } from '../issuer.ts';
import { measuredRows } from '../measured-rows.ts';
import { connectRaw } from '../raw-tls.ts';
import { measure } from '../rounds.ts';
import { atMost } from '../row.ts';

const PATH = 'opaque token known to the shared cache';
const FLOOR = 'floor: one signed read of DynamoDB by a raw socket';
const OURS = 'ours';
const ROUNDS = 31;
const BATCH = 40;
/** A tenant that is near, in microseconds. */
const ISSUER_MICROSECONDS = 50_000;
const FACTOR = 5;

// biome-ignore lint/style/noProcessEnv: the parent process passes the configuration and the credentials here.
const environment = process.env;
const configuration = parseAuthorizerConfiguration(environment.CONFIG ?? '');
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const processPorts = {
  http: createHttpsClient().send,
  clock: Date.now,
  sleep: (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds).unref()),
  random: () => 0,
};
const aws = createAuthorizerAws({ ...processPorts, environment });

void run();

async function run(): Promise<void> {
  const tokens = Array.from({ length: (ROUNDS + 1) * BATCH }, () => randomBytes(16).toString('base64url'));
  const writer = authorizer();
  for (const token of tokens) await use(writer, token);
  const reader = authorizer();
  const next = inTurn(['', ...tokens]);
  next();
  const contenders = [
    { subject: FLOOR, once: await floor() },
    { subject: OURS, once: () => use(reader, next()) },
  ];
  const measurements = await measure(contenders, { rounds: ROUNDS, batch: BATCH });
  const rows = measuredRows(PATH, measurements, ({ subject, ratioTo }) =>
    subject === OURS ? atMost(ratioTo(FLOOR), 1.3, '× 1.3') : undefined,
  );
  const ours = rows.find(({ subject }) => subject === OURS)?.value ?? Number.NaN;
  const value = ISSUER_MICROSECONDS / ours;
  const cheaper = {
    path: PATH,
    subject: 'an issuer at 50 ms, compared with ours',
    value,
    unit: '×' as const,
    aim: { text: `at least × ${FACTOR}`, met: value >= FACTOR },
  };
  process.stdout.write(JSON.stringify([...rows, cheaper]), () => process.exit());
}

function authorizer() {
  return composeAuthorizer(configuration, {
    ...processPorts,
    signingKeys: { read: async () => [{ kid: 'signing-1', privateKey }] },
    sharedCache: { table: aws.entryTable('cache'), readPepper: async () => 'p'.repeat(64) },
    marks: aws.markTable('marks', false),
  });
}

/** Fails if the token was introspected although the shared cache knows it. */
async function use(from: ReturnType<typeof authorizer>, token: string): Promise<void> {
  const request = { method: 'GET', path: '/foo/1', resourcePath: '/foo/{id}', authorization: [`Bearer ${token}`] };
  const decision = await from.decide(request);
  if (decision.outcome !== 'allow') throw new Error(`A token was not accepted: ${decision.outcome}.`);
}

/** The two digests and the signature that Signature Version 4 needs if the key of the day is known, and the round trip. */
async function floor() {
  const body = JSON.stringify({ TableName: 'cache', Key: { id: { S: 'i'.repeat(43) } }, ConsistentRead: true });
  const roundTrip = await connectRaw(`${environment.AWS_ENDPOINT_URL}`, body, {
    'x-amz-target': 'DynamoDB_20120810.GetItem',
    authorization: 'a'.repeat(250),
  });
  const keyOfTheDay = randomBytes(32);
  return () => {
    const request = hash('sha256', `POST\n/\n\nhost:dynamodb\n${hash('sha256', body)}`);
    createHmac('sha256', keyOfTheDay).update(request).digest('hex');
    return roundTrip();
  };
}
