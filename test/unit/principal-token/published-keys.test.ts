import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryState } from '../../../local/memory-state.ts';
import { ConfigurationError } from '../../../src/core/errors.ts';
import { generatePrincipalKey, type PrincipalJwk } from '../../../src/principal-token/key-pairs.ts';
import {
  parsePublishedKeys,
  publishPrincipalKeys,
  RETIREMENT_SECONDS,
  servedPrincipalKeys,
} from '../../../src/principal-token/published-keys.ts';
import { FrozenClock, NOW_SECONDS } from '../../support/core/clock.ts';
import { configurationError } from '../../support/core/errors.ts';

const KEYS = Array.from({ length: 14 }, generatePrincipalKey);
const [first, second, third] = KEYS as [PrincipalJwk, PrincipalJwk, PrincipalJwk];

let state: MemoryState;
let clock: FrozenClock;

beforeEach(() => {
  state = new MemoryState();
  clock = new FrozenClock();
});

const publish = (...keys: readonly PrincipalJwk[]) => publishPrincipalKeys(state, keys, clock.nowMs);
const text = () => state.textOf('public-keys') ?? '';
const published = () => parsePublishedKeys(text()).map(({ kid, exp }) => [kid, exp]);
const served = () => servedPrincipalKeys(parsePublishedKeys(text()), clock.nowMs).map(({ kid }) => kid);

describe('the published keys of principal tokens', () => {
  it('are the keys in use, in their order', async () => {
    await publish(first, second);
    expect(published()).toEqual([
      [first.kid, undefined],
      [second.kid, undefined],
    ]);
  });

  it('hold nothing private', async () => {
    await publish(first, second);
    for (const { d } of [first, second]) expect(text()).not.toContain(d);
  });

  it('hold each key once', async () => {
    await publish(first, second, second, third);
    expect(served()).toEqual([first.kid, second.kid, third.kid]);
  });

  it('keep an earlier key for two hours, counted from its end, and then drop it', async () => {
    await publish(first, second);
    await publish(second, third);
    const end = NOW_SECONDS + RETIREMENT_SECONDS;
    expect(published()).toContainEqual([first.kid, end]);
    clock.advanceSeconds(RETIREMENT_SECONDS - 1);
    await publish(second, third);
    expect(published()).toContainEqual([first.kid, end]);
    expect(served()).toEqual([second.kid, third.kid, first.kid]);
    clock.advanceSeconds(1);
    expect(served()).toEqual([second.kid, third.kid]);
    await publish(second, third);
    expect(published()).toHaveLength(2);
  });

  it('give an earlier key no end if it is in use again', async () => {
    await publish(first, second);
    await publish(second, third);
    await publish(first, second);
    expect(published()).toEqual([
      [first.kid, undefined],
      [second.kid, undefined],
      [third.kid, NOW_SECONDS + RETIREMENT_SECONDS],
    ]);
  });

  it('stay few, however often keys change', async () => {
    for (const [index, key] of KEYS.entries()) await publish(key, KEYS[index + 1] ?? first);
    expect(published()).toHaveLength(10);
    expect(served().slice(0, 2)).toEqual([KEYS.at(-1)?.kid, first.kid]);
  });

  it('are written over what somebody else has written in between', async () => {
    await publish(first, second);
    const { read } = state;
    state.read = async (name) => {
      const item = await read.call(state, name);
      state.read = read;
      await publish(second, third);
      return item;
    };
    await publish(third, first);
    expect(served()).toEqual([third.kid, first.kid, second.kid]);
  });

  it('are refused if they hold another key', () => {
    const message =
      'The published keys of principal tokens hold a key that is not a P-256 key for ES256. Delete the item "public-keys" of their table, and rotate their secret.';
    const refused = configurationError('signing_key_invalid', message);
    expect(() => parsePublishedKeys('{"keys":[{"kty":"RSA"}]}')).toThrow(refused);
    expect(() => parsePublishedKeys(JSON.stringify({ keys: [{ ...first, exp: 'soon' }] }))).toThrow(refused);
  });

  it('are parsed or refused, whatever the text is', () => {
    const document = fc.oneof(
      fc.string(),
      fc.json(),
      fc.json().map((keys) => `{"keys":[${keys}]}`),
    );
    fc.assert(
      fc.property(document, (value) => {
        try {
          expect(parsePublishedKeys(value)).toEqual([]);
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigurationError);
        }
      }),
    );
  });
});
