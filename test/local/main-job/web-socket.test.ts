/** WebSockets of clients that cannot send `Authorization`, such as browsers: real clients before the real authorizer. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { type LocalForTest, startLocal, UNCACHED } from '../../support/local/start.ts';

const carrierOf = (token: string) => `bearer.${Buffer.from(token).toString('base64url')}`;

interface Connected {
  /** 101 if the WebSocket was opened. */
  readonly status: number;
  readonly subprotocol?: string;
  /** What the API answers to a message: the principal. */
  readonly principal?: unknown;
}

/** Connects as a browser does, which offers subprotocols, or as another client does, with headers. */
function connect(
  { webSocketUrl }: LocalForTest,
  subprotocols: readonly string[],
  headers: Readonly<Record<string, string>> = {},
): Promise<Connected> {
  const socket = new WebSocket(webSocketUrl, [...subprotocols], { headers });
  return new Promise((resolve, reject) => {
    socket.on('open', () => socket.send('who am I?'));
    socket.on('message', (data) => {
      resolve({ status: 101, subprotocol: socket.protocol, principal: JSON.parse(String(data)) });
      socket.close();
    });
    socket.on('unexpected-response', (_request, response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0 });
    });
    socket.on('error', reject);
  });
}

describe('a token in the subprotocols of a WebSocket', () => {
  it.each(['jwt', 'opaque', 'asp'] as const)(
    'opens it, and only the harmless subprotocol comes back: %s',
    async (kind) => {
      const local = await startLocal();
      const connected = await connect(local, ['bearer', carrierOf(local.ready.tokens[kind])]);
      expect(connected).toMatchObject({ status: 101, subprotocol: 'bearer', principal: { sub: 'auth0|1234' } });
      expect(local.log.at(-1)).toMatchObject({
        outcome: 'allow',
        kind: kind === 'jwt' ? 'jwt' : 'opaque',
        carrier: 'subprotocol',
        resourcePath: '$connect',
      });
    },
  );

  it.each<[string, (local: LocalForTest) => string, string]>([
    ['an expired JWT', ({ ready }) => carrierOf(ready.tokens.expiredJwt), 'token_expired'],
    ['an unknown token', () => carrierOf('unknown'), 'token_inactive'],
    ['a refresh token', ({ ready }) => carrierOf(ready.tokens.refresh), 'token_type_refused'],
    ['the token as it is', ({ ready }) => `bearer.${ready.tokens.jwt}`, 'credential_malformed'],
    ['no token', () => 'bearer.', 'credential_malformed'],
    ['a Basic credential', () => carrierOf('Basic dTpw'), 'credential_malformed'],
    ['the token under another name', ({ ready }) => `token.${ready.tokens.asp}`, 'credential_missing'],
    ['a JWT that is bound to a key', ({ tenant }) => carrierOf(boundJwt(tenant)), 'token_sender_constrained'],
  ])('is refused: %s', async (_, carrier, reason) => {
    const local = await startLocal(UNCACHED);
    expect(await connect(local, ['bearer', carrier(local)])).toEqual({ status: 401 });
    expect(local.log.at(-1)).toMatchObject({ outcome: 'unauthenticated', reason });
  });

  it('is refused beside an Authorization header, even if both hold the same token', async () => {
    const local = await startLocal(UNCACHED);
    const { asp } = local.ready.tokens;
    const headers = { Authorization: `Bearer ${asp}` };
    expect(await connect(local, ['bearer', carrierOf(asp)], headers)).toEqual({ status: 401 });
    expect(local.log.at(-1)).toMatchObject({ reason: 'credential_repeated' });
    expect(local.tenant.requests).toEqual([]);
  });

  it('shares the cached result with the token in Authorization', async () => {
    const local = await startLocal();
    const { asp } = local.ready.tokens;
    await local.call('GET', '/foo', `Bearer ${asp}`);
    expect((await connect(local, ['bearer', carrierOf(asp)])).status).toBe(101);
    expect(local.log.at(-1)).toMatchObject({ cacheHit: true });
    expect(local.calls('/oauth/introspect')).toBe(1);
  });

  it('is in no line of the log', async () => {
    const local = await startLocal(UNCACHED);
    for (const token of Object.values(local.ready.tokens)) await connect(local, ['bearer', carrierOf(token)]);
    const lines = JSON.stringify(local.log);
    expect(local.log).toHaveLength(5);
    for (const token of Object.values(local.ready.tokens)) {
      for (const secret of [token, carrierOf(token).slice(7)]) expect(lines).not.toContain(secret);
    }
  });

  it('needs the scope of $connect', async () => {
    const local = await startLocal({ routes: { 'GET /foo': ['read:foo'], $connect: ['create:foo'] } });
    expect(await connect(local, ['bearer', carrierOf(local.ready.tokens.asp)])).toEqual({ status: 403 });
    expect(local.log.at(-1)).toMatchObject({ outcome: 'deny', reason: 'scope_missing' });
  });

  it('cannot be checked while the tenant is down, which is not a refusal', async () => {
    const local = await startLocal();
    await local.tenant.close();
    expect(await connect(local, ['bearer', carrierOf(local.ready.tokens.asp)])).toEqual({ status: 500 });
  });

  it('makes a client fail that does not offer the harmless subprotocol, as browsers do', async () => {
    const local = await startLocal();
    const connected = connect(local, [carrierOf(local.ready.tokens.asp)]);
    await expect(connected).rejects.toThrow('Server sent no subprotocol');
  });
});

describe('the WebSocket of Node, which follows the rules for browsers', () => {
  it('is opened by a valid token, and not by an expired one', async () => {
    const local = await startLocal();
    const { asp, expiredJwt } = local.ready.tokens;
    expect(await openInNode(local, ['bearer', carrierOf(asp)])).toBe('open bearer\n');
    expect(await openInNode(local, ['bearer', carrierOf(expiredJwt)])).toBe('error\n');
    // Newer versions of Node send the request again after a refusal.
    expect([...new Set(local.log.map(({ reason }) => reason))]).toEqual(['allowed', 'token_expired']);
  });

  it('fails without the harmless subprotocol', async () => {
    const local = await startLocal();
    expect(await openInNode(local, [carrierOf(local.ready.tokens.asp)])).toBe('error\n');
    expect(local.log).toHaveLength(1);
  });
});

/** Opens a WebSocket in another process, where Node has it. */
async function openInNode({ webSocketUrl }: LocalForTest, subprotocols: readonly string[]): Promise<string> {
  const script = `
    const socket = new WebSocket(${JSON.stringify(webSocketUrl)}, ${JSON.stringify(subprotocols)});
    socket.onopen = () => { console.log('open ' + socket.protocol); process.exit(); };
    socket.onerror = () => { console.log('error'); process.exit(); };`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--experimental-websocket', '--eval', script]);
  return stdout;
}

describe('a client that can set headers', () => {
  it('opens a WebSocket with Authorization, and gets no subprotocol that it has not offered', async () => {
    const local = await startLocal();
    const connected = await connect(local, [], { Authorization: `Bearer ${local.ready.tokens.jwt}` });
    expect(connected).toMatchObject({ status: 101, subprotocol: '', principal: { sub: 'auth0|1234' } });
    expect(local.log.at(-1)).not.toHaveProperty('carrier');
  });

  it('is refused without a credential', async () => {
    const local = await startLocal();
    expect(await connect(local, [])).toEqual({ status: 401 });
  });
});

function boundJwt(tenant: LocalForTest['tenant']): string {
  return tenant.mintJwt({ claims: { cnf: { jkt: 'x' } } });
}
