/** The history of a scenario: the server's responses and their times, and what the callers got. */
import type { CredentialName } from './scenario.ts';

export const START_MS = Date.UTC(2026, 0, 15, 12);
export const JWT_LONG_LIFE_SECONDS = 5000;

/** One call to the server, as the server saw it. */
export interface Entry {
  readonly credential: CredentialName;
  readonly endpoint: 'token' | 'introspect';
  /**
   * `positive`: the server confirmed the credential. `refused`: it refused, and no other request follows. `open`: it
   * refused, but another request follows. The others are failures of the server.
   */
  readonly verdict: 'positive' | 'refused' | 'open' | 'outage' | 'throttled' | 'malformed';
  readonly startMs: number;
  readonly endMs: number;
  /** Epoch milliseconds at which a positive verdict expires. */
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

/** The subject of each valid credential. */
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
