import { describe, expect, it } from 'vitest';
import { expirySecretOf, passwordsOf } from '../../../../lambda/app-passwords/tenant.ts';
import type { HttpRequest } from '../../../../src/core/http.ts';
import { FrozenClock } from '../../../support/core/clock.ts';

const TENANT_URL = 'https://tenant.auth0.com/';

/** A tenant that gives every client a token that is good for an hour. */
function world() {
  const clock = new FrozenClock();
  const requests: HttpRequest[] = [];
  const secret = { clientId: 'a', clientSecret: 'b' };
  const http = async (request: HttpRequest) => {
    requests.push(request);
    const body = request.url.endsWith('/oauth/token') ? { access_token: `t${requests.length}`, expires_in: 3600 } : [];
    return { status: 200, headers: {}, body: JSON.stringify(body) };
  };
  const secrets = { read: async () => JSON.stringify(secret) };
  const settings = { tenantUrl: TENANT_URL, clientSecret: 'app-passwords' };
  const passwords = passwordsOf(settings, { secrets, http, clock: clock.read, sleep: clock.sleep });
  const list = async () => (await passwords()).list('auth0|1');
  const tokens = () => requests.filter(({ url }) => url.endsWith('/oauth/token')).length;
  return { clock, requests, secret, list, tokens };
}

describe('the connection to the tenant', () => {
  it('uses one token for many requests, because tenants count tokens', async () => {
    const { list, tokens, clock } = world();
    for (let request = 0; request < 5; request += 1) {
      await list();
      clock.advanceSeconds(600);
    }
    expect(tokens()).toBe(1);
    clock.advanceSeconds(600);
    await list();
    expect(tokens()).toBe(2);
  });

  it('has its own deadline for each piece of work', async () => {
    const { list, clock, requests } = world();
    await list();
    clock.advanceSeconds(60);
    await list();
    expect(requests.at(-1)?.timeoutMs).toBe(5000);
  });

  it('requests a new token for a new client', async () => {
    const { list, tokens, secret } = world();
    await list();
    secret.clientId = 'another';
    await list();
    expect(tokens()).toBe(2);
  });
});

describe('the secret of the expiries', () => {
  const read = (text: string | undefined) =>
    expirySecretOf({ expiries: { table: 't', digestSecret: 'digest' } }, { read: async () => text })();

  it('has at least 32 characters', async () => {
    expect(await read('s'.repeat(32))).toBe('s'.repeat(32));
  });

  it.each([undefined, '', 's'.repeat(31), `${'s'.repeat(40)}\n`])('is refused if it is %j', async (text) => {
    await expect(read(text)).rejects.toMatchObject({
      code: 'configuration_invalid',
      message: 'The secret digest is not usable. Expected 32 to 1024 printable ASCII characters.',
    });
  });
});
