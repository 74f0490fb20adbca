/** How long a principal is cached. No principal outlives its own expiry or the TTLs of this container's configuration. */
import type { SharedPrincipal } from '../shared-state/shared-entry.ts';
import type { EarlierResult } from './revocation-check.ts';

export interface CacheTimesSettings {
  /** How long a principal is cached; never past its `exp`. */
  readonly cacheTtlSeconds: number;
  /** How much longer a principal is accepted while the server fails or does not respond; never past its `exp`. */
  readonly staleIfErrorSeconds: number;
  /** Returns a number from 0 up to, but not including, 1. */
  readonly random: () => number;
}

/** A principal as this process caches it. All times are epoch milliseconds. */
export interface CachedPrincipal extends SharedPrincipal {
  /** From this time, this process looks the credential up again, although the principal is still fresh. */
  readonly refreshFromMs: number;
}

/** In the last part of a TTL, a container may refresh an entry for all others: the last tenth, and at most the last 30 s. */
const EARLY_SHARE = 0.1;
const EARLIEST_MS = 30_000;

export class CacheTimes {
  readonly #settings: CacheTimesSettings;

  constructor(settings: CacheTimesSettings) {
    this.#settings = settings;
  }

  /** Whether anything is cached at all. */
  get mayCache(): boolean {
    const { cacheTtlSeconds, staleIfErrorSeconds } = this.#settings;
    return cacheTtlSeconds + staleIfErrorSeconds > 0;
  }

  /** Computes the times of a principal that the issuer has just confirmed. */
  ofFound({ principal, startedAtMs }: EarlierResult, nowMs: number): CachedPrincipal {
    const freshUntilMs = nowMs + this.#settings.cacheTtlSeconds * 1000;
    const usableUntilMs = freshUntilMs + this.#settings.staleIfErrorSeconds * 1000;
    return this.#bounded({ principal, startedAtMs, freshUntilMs, usableUntilMs });
  }

  /** Computes the times of an entry that another container has written, perhaps under longer TTLs. */
  ofShared(entry: SharedPrincipal, nowMs: number): CachedPrincipal {
    // From the lookup on, not from the reading: otherwise each reading would extend it.
    const own = this.ofFound(entry, Math.min(entry.startedAtMs, nowMs));
    return this.#bounded({
      ...entry,
      freshUntilMs: Math.min(entry.freshUntilMs, own.freshUntilMs),
      usableUntilMs: Math.min(entry.usableUntilMs, own.usableUntilMs),
    });
  }

  #bounded({ freshUntilMs, usableUntilMs, ...result }: SharedPrincipal): CachedPrincipal {
    const expiresAtMs = (result.principal.expiresAt ?? Number.POSITIVE_INFINITY) * 1000;
    return {
      ...result,
      freshUntilMs: Math.min(freshUntilMs, expiresAtMs),
      usableUntilMs: Math.min(usableUntilMs, expiresAtMs),
      // A lookup cannot move the expiry of the credential itself.
      refreshFromMs: freshUntilMs < expiresAtMs ? freshUntilMs - this.#earlyMs() : expiresAtMs,
    };
  }

  /** Different in each container, so that a hot credential does not expire in all of them at the same moment. */
  #earlyMs(): number {
    const { cacheTtlSeconds, random } = this.#settings;
    return random() * Math.min(cacheTtlSeconds * 1000 * EARLY_SHARE, EARLIEST_MS);
  }
}

/** Returns the result of the later lookup. */
export function newerOf(
  one: CachedPrincipal | undefined,
  other: CachedPrincipal | undefined,
): CachedPrincipal | undefined {
  if (!one || !other) return one ?? other;
  return other.startedAtMs > one.startedAtMs ? other : one;
}
