/** What AWS's own runtime client does with the early reads of the authorizer, while the initialization and after it. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { PROJECT_DIRECTORY } from '../../local/deployment/cdk-command.ts';
import { captured, withAuthorization } from '../support/lambda-runtime/events.ts';
import { RunningFunction } from '../support/lambda-runtime/running-function.ts';

const runtime = inject('lambdaRuntime');

const UNAUTHORIZED = { error: { errorType: 'Error', errorMessage: 'Unauthorized' } };
/** Needs neither a key nor a secret. */
const EVENT = withAuthorization(captured('rest-authorizer'), 'Bearer not a token');

describe.skipIf(!runtime)('the initialization of the authorizer', () => {
  let server: Server;
  let received: string[];
  let waiting: ServerResponse[];
  let isHolding: boolean;

  beforeEach(async () => {
    received = [];
    waiting = [];
    isHolding = true;
    server = createServer((request, response) => {
      request.resume();
      received.push(`${request.method} ${request.url}`);
      if (isHolding) waiting.push(response);
      else response.writeHead(500).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  function start(handler: string, initializationType: string): Promise<RunningFunction> {
    if (!runtime) throw new Error('There is no Lambda runtime.');
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`;
    return RunningFunction.start(runtime, {
      directory: join(PROJECT_DIRECTORY, 'dist/functions/authorizer'),
      handler,
      environment: {
        CONFIG: JSON.stringify({ issuer: url, audience: 'https://demo.api', signingKeySecret: 'key' }),
        AWS_ENDPOINT_URL: url,
        AWS_REGION: 'eu-west-1',
        AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
        AWS_SECRET_ACCESS_KEY: 'example',
        AWS_LAMBDA_INITIALIZATION_TYPE: initializationType,
      },
    });
  }

  function release(): void {
    isHolding = false;
    for (const response of waiting) response.writeHead(500).end();
  }

  const isPending = async (promise: Promise<unknown>) =>
    (await Promise.race([promise, new Promise((resolve) => setTimeout(resolve, 500, 'pending'))])) === 'pending';

  it.each(['index.handler', 'provisioned.handler'])(
    'does not keep a request waiting that needs none of them, on demand: %s',
    async (handler) => {
      const running = await start(handler, 'on-demand');
      try {
        expect(await running.invoke(EVENT)).toEqual(UNAUTHORIZED);
        expect(waiting.length).toBe(received.length);
      } finally {
        await running.close();
      }
    },
  );

  it('waits for them under provisioned concurrency, and then accepts requests although they failed', async () => {
    const running = await start('provisioned.handler', 'provisioned-concurrency');
    try {
      const outcome = running.invoke(EVENT);
      await expect.poll(() => received, { timeout: 10_000 }).toEqual(['GET /.well-known/jwks.json']);
      expect(await isPending(outcome)).toBe(true);
      release();
      expect(await outcome).toEqual(UNAUTHORIZED);
      expect(received).toContain('POST /');
    } finally {
      await running.close();
    }
  });
});
