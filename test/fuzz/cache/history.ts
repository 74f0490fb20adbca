/** What happened in a scenario: what the server said and when, and what the callers were served. */
import type { CredentialName } from './scenario.ts';

export const START_MS = Date.UTC(2026, 0, 15, 12);
export const JWT_LONG_LIFE_SECONDS = 5000;

/** One call to the server, as the server saw it. */
export interface Entry {
  readonly credential: CredentialName;
  readonly endpoint: 'token' | 'introspect';
  /**
   * `positive`: whoever sent this is known; `refused`: the server said no, and there is nothing more to ask; `open`: it
   * said no, and something more is to be asked; the rest are outages.
   */
  readonly verdict: 'positive' | 'refused' | 'open' | 'outage' | 'throttled' | 'malformed';
  readonly startMs: number;
  readonly endMs: number;
  /** Epoch milliseconds from which a positive verdict is over. */
  readonly expiresMs: number;
}

/** One request of a caller. */
export interface Served {
  readonly credential: CredentialName;
  readonly startMs: number;
  readonly endMs: number;
  readonly outcome: 'allow' | '401' | '503' | string;
  readonly subject: string | undefined;
}

export interface History {
  readonly entries: readonly Entry[];
  readonly served: readonly Served[];
  readonly floods: readonly { readonly atMs: number; readonly of: 'refusals' | 'principals' }[];
  readonly faults: readonly string[];
}

/** Whom each good credential stands for. */
export const SUBJECTS: Readonly<Record<CredentialName, string>> = {
  bearerApplicationPassword: 'user|ann',
  basicApplicationPassword: 'user|ann',
  basicApplicationPasswordOfOther: 'nobody',
  bearerOpaque: 'user|opaque',
  bearerUncached: 'user|administrator',
  bearerJunk: 'nobody',
  jwtShort: 'user|short',
  jwtLong: 'user|long',
  basicPassword: 'user|password',
  basicWrongPassword: 'nobody',
};
