import { createPrivateKey } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClientCredentials, ClientKey } from '../../../src/core/client-credentials.ts';
import { ClientCredentialsCache, clientSecretBasic } from '../../../src/issuer/client-credentials-cache.ts';
import { OTHER_RSA, pem, RSA } from '../../support/core/client-keys.ts';
import { FrozenClock } from '../../support/core/clock.ts';

const CLIENT = { clientId: 'id', clientSecret: 'secret' };

function cacheOver(read: () => Promise<typeof CLIENT>) {
  const clock = new FrozenClock();
  let reads = 0;
  const client = new ClientCredentialsCache(() => {
    reads += 1;
    return read();
  }, clock.read);
  return { clock, client, reads: () => reads };
}

/** The secret in each request. */
async function secretsSent(
  client: ClientCredentialsCache,
  isRefused: (secret: string) => boolean,
): Promise<readonly string[]> {
  const sent: string[] = [];
  const send = async ({ clientSecret = '' }: ClientCredentials) => {
    sent.push(clientSecret);
    return clientSecret;
  };
  const last = await client.request(send, isRefused);
  expect(last).toBe(sent.at(-1));
  return sent;
}

const accept = () => false;
const refuse = () => true;

describe('the cached client', () => {
  it('is read once, when it is first needed', async () => {
    const { client, reads } = cacheOver(async () => CLIENT);
    expect(reads()).toBe(0);
    for (let time = 0; time < 3; time += 1) expect(await secretsSent(client, accept)).toEqual(['secret']);
    expect(reads()).toBe(1);
  });

  it('is read by the next request if it could not be read', async () => {
    let isDown = true;
    const { client } = cacheOver(async () => {
      if (isDown) throw new Error('down');
      return CLIENT;
    });
    await expect(secretsSent(client, accept)).rejects.toThrow('down');
    isDown = false;
    expect(await secretsSent(client, accept)).toEqual(['secret']);
  });

  it('is read again after it was refused, at most every 30 s', async () => {
    const { clock, client, reads } = cacheOver(async () => CLIENT);
    for (let time = 0; time < 10; time += 1) expect(await secretsSent(client, refuse)).toEqual(['secret']);
    expect(reads()).toBe(2);
    clock.advanceSeconds(29.9);
    await secretsSent(client, refuse);
    expect(reads()).toBe(2);
    clock.advanceSeconds(0.1);
    await secretsSent(client, refuse);
    expect(reads()).toBe(3);
  });

  it('is tried once more, and only once, if another one was stored by the time it was refused', async () => {
    const { client, reads } = cacheOver(async () => ({ ...CLIENT, clientSecret: `secret ${reads()}` }));
    expect(await secretsSent(client, (secret) => secret === 'secret 1')).toEqual(['secret 1', 'secret 2']);
    expect(await secretsSent(client, refuse)).toEqual(['secret 2']);
    expect(reads()).toBe(2);
  });

  it('is read again once for many concurrent refusals, and all of them are tried again', async () => {
    const { client, reads } = cacheOver(async () => ({ ...CLIENT, clientSecret: `secret ${reads()}` }));
    const requests = Array.from({ length: 5 }, () => secretsSent(client, (secret) => secret === 'secret 1'));
    expect(await Promise.all(requests)).toEqual(Array(5).fill(['secret 1', 'secret 2']));
    expect(reads()).toBe(2);
  });

  it('stays in use if it was refused and cannot be read again, and the refusal is the result', async () => {
    const { clock, client, reads } = cacheOver(async () => {
      if (reads() === 2) throw new Error('down');
      return { ...CLIENT, clientSecret: `secret ${reads()}` };
    });
    expect(await secretsSent(client, refuse)).toEqual(['secret 1']);
    clock.advanceSeconds(30);
    expect(await secretsSent(client, (secret) => secret === 'secret 1')).toEqual(['secret 1', 'secret 3']);
  });
});

describe('a cached client with a key', () => {
  const key = (changes: Partial<ClientKey> = {}): ClientCredentials => ({
    clientId: 'id',
    key: { privateKey: RSA, alg: 'RS256', ...changes },
  });
  const copy = createPrivateKey(pem(RSA));
  it.each<[string, ClientCredentials, boolean]>([
    ['another key', key({ privateKey: OTHER_RSA }), true],
    ['another algorithm', key({ alg: 'PS256' }), true],
    ['another name of the key', key({ kid: 'new' }), true],
    ['another id', { ...key(), clientId: 'other' }, true],
    ['a secret in place of the key', CLIENT, true],
    ['the same key, read again', key({ privateKey: copy }), false],
  ])('is tried once more if the store then holds %s', async (_, second, isTriedAgain) => {
    const stored = [key(), second];
    const sent: ClientCredentials[] = [];
    const client = new ClientCredentialsCache(async () => stored.shift() ?? second, new FrozenClock().read);
    await client.request(async (used) => sent.push(used), refuse);
    expect(sent).toEqual(isTriedAgain ? [key(), second] : [key()]);
  });

  it('is tried once more if the store held a secret before', async () => {
    const stored = [CLIENT, key()];
    const sent: ClientCredentials[] = [];
    const client = new ClientCredentialsCache(async () => stored.shift() ?? key(), new FrozenClock().read);
    await client.request(async (used) => sent.push(used), refuse);
    expect(sent).toEqual([CLIENT, key()]);
  });
});

describe('the client_secret_basic header', () => {
  it('form-encodes both parts, so that a colon in the id does not end the id', () => {
    const header = clientSecretBasic({ clientId: 'a:b c', clientSecret: 'd+e%f' });
    expect(Buffer.from(header.slice('Basic '.length), 'base64').toString()).toBe('a%3Ab%20c:d%2Be%25f');
  });

  it('can be decoded again, for any id and secret', () => {
    const part = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(part, part, (clientId, clientSecret) => {
        const text = Buffer.from(clientSecretBasic({ clientId, clientSecret }).slice(6), 'base64').toString();
        const read = text.split(':').map((encoded) => new URLSearchParams(`x=${encoded}`).get('x'));
        expect(read).toEqual([clientId, clientSecret]);
      }),
    );
  });
});
