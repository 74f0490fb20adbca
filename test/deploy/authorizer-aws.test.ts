/** The signed requests of the authorizer against the emulator, which shares no code with the signer. */
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Account, callAws } from '../../local/deployment/aws-request.ts';
import { type Ministack, startMinistack } from '../../local/deployment/ministack.ts';
import { createSecret } from '../../local/deployment/secrets.ts';
import { createExpiryTable } from '../../src/aws/app-passwords/expiry-table.ts';
import { createAuthorizerAws } from '../../src/aws/authorizer-aws.ts';
import { createHttpsClient } from '../../src/http/https-client.ts';
import { generateSigningKey } from '../../src/signing-key/generate-signing-key.ts';

const expiryOf = (id: string, subject: string, expiresAt: number) => ({
  id,
  subject,
  passwordId: `asp_${id}`,
  expiresAt,
});

const ministack = inject('ministack');
const TIMEOUT_MS = 2000;

const key = (HashKey: string, RangeKey?: string) => [
  { AttributeName: HashKey, KeyType: 'HASH' },
  ...(RangeKey === undefined ? [] : [{ AttributeName: RangeKey, KeyType: 'RANGE' }]),
];
const Projection = { ProjectionType: 'ALL' };
const EXPIRIES = {
  TableName: 'expiries',
  KeySchema: key('id'),
  AttributeDefinitions: [
    ...['id', 'subject', 'expiring'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    { AttributeName: 'expiresAt', AttributeType: 'N' },
  ],
  GlobalSecondaryIndexes: [
    { IndexName: 'by-subject', KeySchema: key('subject', 'expiresAt'), Projection },
    { IndexName: 'by-expiry', KeySchema: key('expiring', 'expiresAt'), Projection },
  ],
  BillingMode: 'PAY_PER_REQUEST',
};

describe.skipIf(ministack === '')('what the authorizer reads from and writes to AWS', () => {
  let emulator: Ministack;
  let account: Account;
  const http = createHttpsClient();

  beforeAll(async () => {
    emulator = await startMinistack(ministack);
    account = { url: emulator.url, id: '000000000000', region: 'us-east-1' };
    for (const TableName of ['cache', 'marks']) {
      await callAws(account, 'dynamodb', 'DynamoDB_20120810.CreateTable', {
        TableName,
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
      });
    }
    await callAws(account, 'dynamodb', 'DynamoDB_20120810.CreateTable', EXPIRIES);
  });

  afterAll(async () => {
    http.close();
    await emulator?.close();
  });

  const aws = () =>
    createAuthorizerAws({
      http: http.send,
      clock: Date.now,
      sleep: (milliseconds) => sleep(milliseconds),
      random: Math.random,
      environment: {
        AWS_ENDPOINT_URL: emulator.url,
        AWS_REGION: account.region,
        AWS_ACCESS_KEY_ID: account.id,
        AWS_SECRET_ACCESS_KEY: 'test',
      },
    });

  const database = () =>
    new DynamoDBClient({
      endpoint: emulator.url,
      region: account.region,
      credentials: { accessKeyId: account.id, secretAccessKey: 'test' },
    });

  it('includes the signing key, although no other key is pending', async () => {
    const signingKey = await generateSigningKey(Date.now());
    await createSecret(account, 'demo/key', signingKey);
    expect((await aws().readSigningKeys('demo/key')).map(({ kid }) => kid)).toEqual([signingKey.kid]);
  });

  it('includes the client, the origin secret and the pepper', async () => {
    const client = { clientId: 'a', clientSecret: 'b' };
    await createSecret(account, 'demo/client', client);
    await createSecret(account, 'demo/origin', { originSecret: 'an-origin-secret' });
    await callAws(account, 'secretsmanager', 'secretsmanager.CreateSecret', {
      Name: 'demo/pepper',
      SecretString: 'p'.repeat(64),
    });
    expect(await aws().readClient('demo/client')).toEqual(client);
    expect(await aws().readOriginSecrets('demo/origin')).toEqual(['an-origin-secret']);
    expect(await aws().readPepper('demo/pepper')).toBe('p'.repeat(64));
  });

  it('reports a secret that does not exist', async () => {
    await expect(aws().readClient('demo/none')).rejects.toMatchObject({
      code: 'issuer_unavailable',
      message: 'The secret demo/none cannot be read from Secrets Manager: it has no current value.',
    });
  });

  it('includes the entries of the cache', async () => {
    const table = aws().entryTable('cache');
    expect(await table.read('a', TIMEOUT_MS)).toBeUndefined();
    const sealed = Buffer.from('sealed').toString('base64');
    await table.write('a', sealed, Math.ceil(Date.now() / 1000) + 300, TIMEOUT_MS);
    expect(await table.read('a', TIMEOUT_MS)).toBe(sealed);
  });

  it('includes the marks', async () => {
    const table = aws().markTable('marks', false);
    expect(await table.read('newest', TIMEOUT_MS)).toBeUndefined();
    const Item = { id: { S: 'newest' }, all: { N: '1768478400000' }, expires: { N: '1900000000' } };
    await callAws(account, 'dynamodb', 'DynamoDB_20120810.PutItem', { TableName: 'marks', Item });
    expect(await table.read('newest', TIMEOUT_MS)).toEqual({ all: 1_768_478_400_000 });
  });

  it('includes the expiries, which the self-service API writes', async () => {
    const [early, late, others] = [
      expiryOf('a', 'auth0|alice', 100),
      expiryOf('b', 'auth0|alice', 200),
      expiryOf('c', 'auth0|bob', 150),
    ];
    const table = createExpiryTable('expiries', database());
    for (const expiry of [late, others, early, early]) await table.add(expiry);
    const reader = aws().expiryReader('expiries');
    expect(await reader.read('a', TIMEOUT_MS)).toBe(100);
    expect(await reader.read('none', TIMEOUT_MS)).toBeUndefined();
    await expect(table.add({ ...early, passwordId: 'asp_other' })).rejects.toThrow('another password');
    expect(await table.ofUser('auth0|alice')).toEqual([early, late]);
    expect(await table.due(150, 10)).toEqual([early, others]);
    expect(await table.due(150, 1)).toEqual([early]);
    expect(await table.some(10)).toEqual([early, others, late]);
    for (const id of ['a', 'a', 'b']) await table.remove(id);
    expect(await table.some(10)).toEqual([others]);
    expect(await reader.read('a', TIMEOUT_MS)).toBeUndefined();
  });

  it('reports a table that does not exist', async () => {
    const read = aws().entryTable('none').read('a', TIMEOUT_MS);
    await expect(read).rejects.toMatchObject({ name: 'TableError', failure: 'missing' });
  });
});
