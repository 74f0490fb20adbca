import { describe, expect, it } from 'vitest';
import { expirySecretOf, passwordsOf } from '../../../../lambda/app-passwords/tenant.ts';
import type { RequestRules } from '../../../../src/app-passwords/ports.ts';
import type { HttpRequest } from '../../../../src/core/http.ts';
import { FrozenClock } from '../../../support/core/clock.ts';

const TENANT_URL = 'https://tenant.auth0.com/';

/** A tenant that gives every client a token that is good for an hour. */
function world(respond: () => number = () => 200) {
  const clock = new FrozenClock();
  const requests: HttpRequest[] = [];
  const secret = { clientId: 'a', clientSecret: 'b' };
  const http = async (request: HttpRequest) => {
    requests.push(request);
    if (!request.url.endsWith('/oauth/token')) return { status: respond(), headers: {}, body: '[]' };
    const body = { access_token: `t${requests.length}`, expires_in: 3600 };
    return { status: 200, headers: {}, body: JSON.stringify(body) };
  };
  const secrets = { read: async () => JSON.stringify(secret) };
  const settings = { tenantUrl: TENANT_URL, clientSecret: 'app-passwords' };
  const passwords = passwordsOf(settings, { secrets, http, clock: clock.read, sleep: clock.sleep });
  let counted = 0;
  const count = async () => {
    counted += 1;
  };
  const list = async (rules: Partial<RequestRules> = {}) => (await passwords({ count, ...rules })).list('auth0|1');
  const tokens = () => requests.filter(({ url }) => url.endsWith('/oauth/token')).length;
  const sent = () => requests.length - tokens();
  return { clock, requests, secret, list, tokens, sent, counted: () => counted };
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

describe('each request to the Management API', () => {
  it('counts, also when it is repeated, but not the request for a token', async () => {
    const { list, sent, tokens, counted } = world(() => 503);
    await expect(list()).rejects.toMatchObject({ code: 'management_unavailable' });
    expect([counted(), sent(), tokens()]).toEqual([4, 4, 1]);
  });

  it('is not repeated if that may not be sent', async () => {
    const { list, sent } = world(() => 503);
    let left = 2;
    const count = async () => {
      if (left === 0) throw new Error('Used up.');
      left -= 1;
    };
    await expect(list({ count })).rejects.toThrow('Used up.');
    expect(sent()).toBe(2);
  });

  it('is not repeated if the tenant throttles it, except to complete something', async () => {
    const once = world(() => 429);
    await expect(once.list()).rejects.toMatchObject({ code: 'management_throttled' });
    expect([once.sent(), once.counted()]).toEqual([1, 1]);
    const statuses = [429, 429, 200];
    const again = world(() => statuses.shift() ?? 200);
    await again.list({ repeatsThrottled: true });
    expect([again.sent(), again.counted()]).toEqual([3, 3]);
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
