/** The constructs in somebody else's stack: the authorizer before an HTTP API and a WebSocket API, really deployed. */
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { AwsForTest, MANAGEMENT_SECRET, succeeded } from '../support/aws/aws-for-test.ts';
import { bearer, call } from '../support/http/call.ts';

const ministack = inject('ministack');
const APP = 'node --import tsx test/support/aws/api-kinds-app.ts';

describe.skipIf(ministack === '')('a stack of somebody’s own', () => {
  let aws: AwsForTest;
  let context: readonly string[];
  let httpApi: string;
  let webSocketApiId: string;

  beforeAll(async () => {
    aws = await AwsForTest.start(ministack);
    context = ['-c', `issuer=${aws.tenant.issuer}`, '-c', `managementSecret=${MANAGEMENT_SECRET}`];
    succeeded(await aws.deployApp(APP, ...context));
    const { HttpApiId, WebSocketApiId = '' } = await aws.outputs();
    httpApi = `${aws.account.url}/_aws/execute-api/${HttpApiId}/$default/`;
    webSocketApiId = WebSocketApiId;
  });

  afterAll(() => aws?.close());

  describe('with an HTTP API', () => {
    it.each(['jwt', 'opaque', 'asp'] as const)(
      'lets a %s in where its scopes reach, and tells the backend who it is',
      async (kind) => {
        const credential = bearer(tokenOf(kind));
        const answer = await callFoo('GET', credential);
        expect(answer.status).toBe(200);
        expect(JSON.parse(answer.body)).toMatchObject({ sub: 'auth0|1234', scope: 'read:foo', iss: aws.tenant.issuer });
        expect((await callFoo('POST', credential)).status).toBe(403);
        expect((await callFoo('GET', credential)).status).toBe(200);
      },
    );

    it('lets nothing else in', async () => {
      for (const credential of [[], bearer('garbage'), bearer(aws.tenant.mintJwt({ alg: 'none' }))]) {
        expect((await callFoo('GET', credential)).status).toBeGreaterThanOrEqual(401);
      }
    });
  });

  describe('with a WebSocket API', () => {
    it.each(['jwt', 'opaque', 'asp'] as const)('connects a %s', async (kind) => {
      expect(await connect(bearer(tokenOf(kind)))).toBe(101);
    });

    it('connects nobody without the scope', async () => {
      expect(await connect(bearer(aws.tenant.mintJwt({ scope: 'create:foo' })))).toBe(403);
    });

    it('connects nobody without a credential, or with a bad one', async () => {
      expect(await connect()).toBe(401);
      // AWS answers a thrown `Unauthorized` with 401, the emulator with 500.
      expect([401, 500]).toContain(await connect(bearer('garbage')));
    });
  });

  it('leaves the tenant as it was', async () => {
    succeeded(await aws.destroyApp(APP, ...context));
    const server = [...aws.tenant.state.resourceServers.values()].find(
      ({ identifier }) => identifier === 'https://demo.api',
    );
    expect(server).not.toHaveProperty('verificationKey');
  });

  function callFoo(method: string, credential: string | readonly string[]) {
    return call(new URL('foo', httpApi), method, credential);
  }

  function tokenOf(kind: 'jwt' | 'opaque' | 'asp'): string {
    const { tenant } = aws;
    return {
      jwt: () => tenant.mintJwt(),
      opaque: () => tenant.mintOpaque(),
      asp: () => tenant.mintApplicationPassword().value,
    }[kind]();
  }

  /** Asks for a WebSocket. Answers the status, 101 for one that was opened. */
  function connect(authorization?: string): Promise<number> {
    const { port } = new URL(aws.account.url);
    const headers = {
      Host: `${webSocketApiId}.execute-api.localhost:${port}`,
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      ...(authorization === undefined ? {} : { Authorization: authorization }),
    };
    return new Promise((resolve, reject) => {
      const outgoing = request({ host: '127.0.0.1', port, path: '/prod', headers, agent: false });
      outgoing.on('upgrade', (incoming, socket) => {
        socket.destroy();
        resolve(incoming.statusCode ?? 0);
      });
      outgoing.on('response', (incoming) => {
        incoming.resume();
        resolve(incoming.statusCode ?? 0);
      });
      outgoing.on('error', reject);
      outgoing.end();
    });
  }
});
