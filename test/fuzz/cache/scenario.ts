/**
 * One case of the cache fuzz: settings, and a sequence of events in the life of one process. Events may follow each
 * other faster than the server responds, so requests overlap.
 */
import fc from 'fast-check';

/** The credentials that callers send. Two pairs share a secret, so the product could confuse them. */
export const CREDENTIALS = [
  'bearerApplicationPassword',
  'basicApplicationPassword',
  'basicApplicationPasswordOfOther',
  'bearerOpaque',
  'bearerUncached',
  'bearerJunk',
  'jwtShort',
  'jwtLong',
  'basicPassword',
  'basicWrongPassword',
] as const;
export type CredentialName = (typeof CREDENTIALS)[number];

/** What the server may revoke and restore. */
export const REVOCABLE = ['asp', 'opaque', 'uncached', 'password'] as const;
export type Revocable = (typeof REVOCABLE)[number];

export const OUTAGES = ['none', 'connection', 'timeout', 'status503', 'status500', 'status429', 'garbage'] as const;
export type Outage = (typeof OUTAGES)[number];

export type Step =
  | { readonly kind: 'request'; readonly afterMs: number; readonly who: number; readonly times: number }
  | { readonly kind: 'toggle'; readonly afterMs: number; readonly what: Revocable }
  | { readonly kind: 'outage'; readonly afterMs: number; readonly outage: Outage }
  | { readonly kind: 'flood'; readonly afterMs: number; readonly of: 'refusals' | 'principals' };

const afterMs = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(0, 5, 20, 60) },
  { weight: 4, arbitrary: fc.constantFrom(1000, 4999, 5000, 5001, 9000, 10_001, 20_000) },
  { weight: 3, arbitrary: fc.constantFrom(31_000, 59_900, 60_000, 61_000, 119_000, 299_950, 300_000, 301_000) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 700_000 }) },
);

const request = fc.record({
  kind: fc.constant('request' as const),
  afterMs,
  /** An index into the scenario's cast, modulo its size. */
  who: fc.nat(5),
  times: fc.constantFrom(1, 1, 1, 2, 5),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 14_000, arbitrary: request },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('flood' as const),
      afterMs,
      of: fc.constantFrom('refusals', 'principals'),
    }),
  },
  {
    weight: 3000,
    arbitrary: fc.record({ kind: fc.constant('toggle' as const), afterMs, what: fc.constantFrom(...REVOCABLE) }),
  },
  {
    weight: 3000,
    arbitrary: fc.record({
      kind: fc.constant('outage' as const),
      afterMs,
      outage: fc.oneof(
        { weight: 2, arbitrary: fc.constant('none' as const) },
        { weight: 3, arbitrary: fc.constantFrom(...OUTAGES) },
      ),
    }),
  },
);

export interface Scenario {
  readonly cacheTtlSeconds: number;
  readonly negativeTtlSeconds: number;
  readonly staleIfErrorSeconds: number;
  readonly order: 'auto' | 'password-first' | 'introspect-first';
  /** How long the opaque token lives, counted from the start; 0 means for ever. */
  readonly opaqueLifeSeconds: number;
  readonly jwtLifeSeconds: number;
  readonly latencyMs: number;
  /** The credentials of this scenario: only a few, so that each is used several times. */
  readonly cast: readonly CredentialName[];
  readonly steps: readonly Step[];
}

export const REQUESTS_PER_SCENARIO = 40;

export const scenarios: fc.Arbitrary<Scenario> = fc.record({
  cacheTtlSeconds: fc.constantFrom(300, 60, 5, 0),
  negativeTtlSeconds: fc.constantFrom(10, 0, 5, 60, 300),
  staleIfErrorSeconds: fc.constantFrom(0, 60, 300, 3600),
  order: fc.constantFrom('auto', 'auto', 'password-first', 'introspect-first'),
  opaqueLifeSeconds: fc.constantFrom(0, 4, 30, 90, 400),
  jwtLifeSeconds: fc.constantFrom(100, 3, 40, 400),
  latencyMs: fc.constantFrom(20, 1, 300),
  cast: fc.subarray([...CREDENTIALS], { minLength: 1, maxLength: 4 }),
  steps: fc.array(step, { minLength: 1, maxLength: 60, size: 'max' }),
});

/** More refusals than a process caches, between two uses of a valid credential: that credential must stay cached. */
export const FLOOD_OF_REFUSALS: Scenario = {
  cacheTtlSeconds: 300,
  negativeTtlSeconds: 10,
  staleIfErrorSeconds: 60,
  order: 'auto',
  opaqueLifeSeconds: 0,
  jwtLifeSeconds: 100,
  latencyMs: 20,
  cast: ['bearerApplicationPassword', 'basicPassword', 'bearerJunk'],
  steps: [
    { kind: 'request', afterMs: 0, who: 0, times: 2 },
    { kind: 'request', afterMs: 60, who: 1, times: 1 },
    { kind: 'flood', afterMs: 1000, of: 'refusals' },
    { kind: 'request', afterMs: 1000, who: 0, times: 2 },
    { kind: 'request', afterMs: 0, who: 1, times: 1 },
    { kind: 'request', afterMs: 0, who: 2, times: 1 },
  ],
};
