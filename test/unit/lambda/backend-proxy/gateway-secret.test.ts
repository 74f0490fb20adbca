import { describe, expect, it } from 'vitest';
import { gatewaySecretReader } from '../../../../lambda/backend-proxy/gateway-secret.ts';
import { FrozenClock } from '../../../support/core/clock.ts';

const VALUE = 'abcdefghijklmnop';

describe('the secret for the backend', () => {
  it('is read once a minute', async () => {
    const clock = new FrozenClock();
    let reads = 0;
    const read = gatewaySecretReader({ read: async () => `${VALUE}${++reads}` }, 'id', clock.read);
    expect(await read()).toBe(`${VALUE}1`);
    clock.advanceSeconds(59);
    expect(await read()).toBe(`${VALUE}1`);
    clock.advanceSeconds(1);
    expect(await read()).toBe(`${VALUE}2`);
  });

  it('stays in use while it cannot be read again', async () => {
    const clock = new FrozenClock();
    const readings = [async () => VALUE, () => Promise.reject(new Error('denied'))];
    const read = gatewaySecretReader(
      { read: () => readings.shift()?.() ?? Promise.reject(new Error()) },
      'id',
      clock.read,
    );
    await read();
    clock.advanceSeconds(61);
    expect(await read()).toBe(VALUE);
  });

  it('is read at most every 10 seconds while that fails', async () => {
    const clock = new FrozenClock();
    let reads = 0;
    const store = { read: () => (++reads === 1 ? Promise.resolve(VALUE) : Promise.reject(new Error('denied'))) };
    const read = gatewaySecretReader(store, 'id', clock.read);
    await read();
    clock.advanceSeconds(61);
    await read();
    clock.advanceSeconds(9);
    expect(await read()).toBe(VALUE);
    expect(reads).toBe(2);
    clock.advanceSeconds(1);
    await read();
    expect(reads).toBe(3);
  });

  it('is read once for requests at the same time', async () => {
    let reads = 0;
    const read = gatewaySecretReader({ read: async () => `${VALUE}${++reads}` }, 'id', () => 0);
    expect(await Promise.all([read(), read()])).toEqual([`${VALUE}1`, `${VALUE}1`]);
  });

  it.each([
    [undefined],
    ['short'],
    ['with space in its middle'],
    ['line\nbreak-in-its-middle'],
    ['zoë-zoë-zoë-zoë-zoë'],
  ])('is refused as %j, without being shown', async (value) => {
    const read = gatewaySecretReader({ read: async () => value }, 'id', () => 0);
    await expect(read()).rejects.toMatchObject({
      code: 'configuration_invalid',
      message:
        'The secret for the backend is not 16 to 1024 printable ASCII characters without spaces, which a header can hold.',
    });
  });
});
