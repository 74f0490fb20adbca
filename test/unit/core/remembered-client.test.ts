import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientSecretBasic, RememberedClient } from '../../../src/core/remembered-client.ts';
import { FrozenClock } from '../../support/core/clock.ts';

const CLIENT = { clientId: 'id', clientSecret: 'secret' };

function remembered(read: () => Promise<typeof CLIENT>) {
  const clock = new FrozenClock();
  let reads = 0;
  const client = new RememberedClient(() => {
    reads += 1;
    return read();
  }, clock.read);
  return { clock, client, reads: () => reads };
}

describe('a client', () => {
  it('is read when first needed, and once', async () => {
    const { client, reads } = remembered(async () => CLIENT);
    expect(reads()).toBe(0);
    for (let time = 0; time < 3; time += 1) expect(await client.read()).toEqual(CLIENT);
    expect(reads()).toBe(1);
  });

  it('that could not be read is read by the next who needs it', async () => {
    let isDown = true;
    const { client } = remembered(async () => {
      if (isDown) throw new Error('down');
      return CLIENT;
    });
    await expect(client.read()).rejects.toThrow('down');
    isDown = false;
    expect(await client.read()).toEqual(CLIENT);
  });

  it('that was refused is read again, at most every 30 s', async () => {
    const { clock, client, reads } = remembered(async () => CLIENT);
    for (let time = 0; time < 10; time += 1) {
      await client.read();
      client.refused();
    }
    expect(reads()).toBe(2);
    clock.advanceSeconds(30);
    client.refused();
    await client.read();
    expect(reads()).toBe(3);
  });
});

describe('client_secret_basic', () => {
  it('form-encodes both parts, so that a colon in the id does not end it', () => {
    const header = clientSecretBasic({ clientId: 'a:b c', clientSecret: 'd+e%f' });
    expect(Buffer.from(header.slice('Basic '.length), 'base64').toString()).toBe('a%3Ab+c:d%2Be%25f');
  });

  it('can be read back, whatever the parts are', () => {
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
