import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { awsOfEnvironment } from '../../support/aws/environment.ts';

/** The longest time that a decision may take. */
const DECISION_MS = 5000;

let silent: Server;

beforeAll(async () => {
  silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const address = silent.address();
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'example');
});

afterAll(() => {
  vi.unstubAllEnvs();
  silent.closeAllConnections();
  silent.close();
});

it('reading the signing keys fails within the time of a decision if Secrets Manager never responds', async () => {
  const { readSigningKeys } = awsOfEnvironment();
  const startedAtMs = performance.now();
  await expect(readSigningKeys('signing-key')).rejects.toMatchObject({ code: 'issuer_unavailable' });
  expect(performance.now() - startedAtMs).toBeLessThan(DECISION_MS);
});
