/**
 * Caches the principal or the refusal that a credential led to. The key is a digest; the credential itself is never stored.
 * Failures of the issuer are not cached. Concurrent uses of one credential share one lookup.
 */
import { BoundedMap } from '../core/bounded-map.ts';
import type { Clock } from '../core/clock.ts';
import { CredentialError, IssuerError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';

export interface PrincipalCacheSettings {
  readonly clock: Clock;
  /** How long a principal is cached; never past its `exp`. */
  readonly cacheTtlSeconds: number;
  /** How long a refusal is cached. */
  readonly negativeTtlSeconds: number;
  /** How much longer a principal is accepted while the server fails or does not respond; never past its `exp`. */
  readonly staleIfErrorSeconds: number;
  /** Principals with one of these scopes are not cached. */
  readonly uncachedScopes: readonly string[];
}

export interface Resolved {
  readonly principal: Principal;
  /** Whether the principal came from the cache. */
  readonly cacheHit: boolean;
}

interface KnownPrincipal {
  readonly principal: Principal;
  readonly freshUntilMs: number;
  readonly usableUntilMs: number;
}

interface KnownRefusal {
  readonly error: CredentialError;
  readonly untilMs: number;
}

const MAXIMUM_ENTRIES = 10_000;

export class PrincipalCache {
  readonly #settings: PrincipalCacheSettings;
  /** Two maps, so that a flood of invalid credentials cannot evict principals. */
  readonly #principals = new BoundedMap<string, KnownPrincipal>(MAXIMUM_ENTRIES);
  readonly #refusals = new BoundedMap<string, KnownRefusal>(MAXIMUM_ENTRIES);
  readonly #flights = new Map<string, Promise<Principal>>();

  constructor(settings: PrincipalCacheSettings) {
    this.#settings = settings;
  }

  /**
   * Returns the cached principal for a digest, or looks it up.
   *
   * @param digest identifies the credential
   * @param lookUp runs at most once at a time for one digest
   * @throws what `lookUp` throws, or the cached CredentialError that it threw before
   */
  async resolve(digest: string, lookUp: () => Promise<Principal>): Promise<Resolved> {
    const now = this.#settings.clock();
    const known = this.#principals.get(digest);
    if (known && now < known.freshUntilMs) return { principal: known.principal, cacheHit: true };
    const refusal = this.#refusals.get(digest);
    if (refusal && now < refusal.untilMs) throw refusal.error;
    try {
      return { principal: await (this.#flights.get(digest) ?? this.#startLookup(digest, lookUp)), cacheHit: false };
    } catch (error) {
      if (known && mayServeStale(error) && this.#settings.clock() < known.usableUntilMs) {
        return { principal: known.principal, cacheHit: true };
      }
      throw error;
    }
  }

  #startLookup(digest: string, lookUp: () => Promise<Principal>): Promise<Principal> {
    const flight = this.#lookUpAndCache(digest, lookUp).finally(() => this.#flights.delete(digest));
    this.#flights.set(digest, flight);
    return flight;
  }

  async #lookUpAndCache(digest: string, lookUp: () => Promise<Principal>): Promise<Principal> {
    try {
      const principal = await lookUp();
      this.#cachePrincipal(digest, principal);
      return principal;
    } catch (error) {
      if (error instanceof CredentialError) this.#cacheRefusal(digest, error);
      throw error;
    }
  }

  #cachePrincipal(digest: string, principal: Principal): void {
    const { clock, cacheTtlSeconds, staleIfErrorSeconds, uncachedScopes } = this.#settings;
    if (principal.scopes.some((scope) => uncachedScopes.includes(scope))) {
      this.#principals.delete(digest);
      return;
    }
    const expiresAtMs = (principal.expiresAt ?? Number.POSITIVE_INFINITY) * 1000;
    const freshUntilMs = Math.min(clock() + cacheTtlSeconds * 1000, expiresAtMs);
    const usableUntilMs = Math.min(clock() + (cacheTtlSeconds + staleIfErrorSeconds) * 1000, expiresAtMs);
    this.#principals.set(digest, { principal, freshUntilMs, usableUntilMs });
  }

  #cacheRefusal(digest: string, error: CredentialError): void {
    const { clock, negativeTtlSeconds } = this.#settings;
    this.#principals.delete(digest);
    this.#refusals.set(digest, { error, untilMs: clock() + negativeTtlSeconds * 1000 });
  }
}

/** 429 is a response, not an outage, so it does not allow a stale principal. */
function mayServeStale(error: unknown): boolean {
  return error instanceof IssuerError && STALE_IF.has(error.code);
}

const STALE_IF: ReadonlySet<IssuerError['code']> = new Set([
  'issuer_unavailable',
  'issuer_timeout',
  'issuer_circuit_open',
]);
