/**
 * Caches the principal or the refusal that a credential led to. A lookup goes from this process to the cache that all containers share,
 * and then to the issuer. The key in the process is a digest; the credential itself is never stored. Failures of the issuer are not
 * cached. Concurrent uses of one credential share one lookup.
 */
import { BoundedMap } from '../core/bounded-map.ts';
import type { Clock } from '../core/clock.ts';
import type { Credential } from '../core/credential.ts';
import { CredentialError, IssuerError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import { CLOCK_SKEW_MS, type SharedCache } from '../shared-state/shared-cache.ts';
import type { SharedPrincipal, SharedRefusal } from '../shared-state/shared-entry.ts';
import type { TableObserver } from '../shared-state/table-access.ts';
import { type CachedPrincipal, CacheTimes, type CacheTimesSettings, newerOf } from './cache-times.ts';
import type { CredentialForm, EarlierResult, RevocationCheck } from './revocation-check.ts';
import { isShareable, mayBeShared, toShare } from './shareable.ts';

export interface PrincipalCacheSettings extends CacheTimesSettings {
  readonly clock: Clock;
  /** How long a refusal is cached. */
  readonly negativeTtlSeconds: number;
  /** Principals with one of these scopes are not cached. */
  readonly uncachedScopes: readonly string[];
  /** @default results stay in this process */
  readonly shared?: SharedCache | undefined;
  /** @default results stand until they expire */
  readonly revocation?: RevocationCheck | undefined;
}

/** What is looked up. */
export interface Lookup {
  /** Identifies the credential in this process. */
  readonly digest: string;
  readonly credential: Credential;
  readonly form: CredentialForm;
  /** Asks the issuer. It runs at most once at a time for one digest. */
  readonly lookUp: () => Promise<Principal>;
  /** Called for each call to a shared table. */
  readonly observe?: TableObserver | undefined;
}

export interface Resolved {
  readonly principal: Principal;
  /** Whether the principal came from a cache. */
  readonly cacheHit: boolean;
}

interface KnownRefusal {
  readonly error: CredentialError;
  readonly untilMs: number;
  /** When the lookup that was refused started. Absent if another container looked the credential up. */
  readonly startedAtMs?: number;
}

/** What the shared cache says about a credential. */
interface FromOthers {
  /** Whether it has a principal, revoked or not. */
  readonly isKnown: boolean;
  /** The principal, unless its user was revoked since. */
  readonly standing: CachedPrincipal | undefined;
}

const NOTHING: FromOthers = { isKnown: false, standing: undefined };
const MAXIMUM_ENTRIES = 10_000;

export class PrincipalCache {
  readonly #settings: PrincipalCacheSettings;
  readonly #times: CacheTimes;
  /** Two maps, so that a flood of invalid credentials cannot evict principals. */
  readonly #principals = new BoundedMap<string, CachedPrincipal>(MAXIMUM_ENTRIES);
  readonly #refusals = new BoundedMap<string, KnownRefusal>(MAXIMUM_ENTRIES);
  readonly #flights = new Map<string, Promise<Resolved>>();

  constructor(settings: PrincipalCacheSettings) {
    this.#settings = settings;
    this.#times = new CacheTimes(settings);
  }

  /**
   * Returns the cached principal of a credential, or looks it up.
   *
   * @throws what `lookUp` throws, or the cached CredentialError that it threw before
   * @throws SharedStateError `revocations_unreadable`
   */
  async resolve(lookup: Lookup): Promise<Resolved> {
    const { digest } = lookup;
    const known = this.#usable(digest);
    const isOutdated = known !== undefined && (await this.#isOutdated(known, lookup));
    // Reading a mark takes time.
    const standing = isOutdated ? undefined : this.#usable(digest);
    const now = this.#settings.clock();
    if (standing && now < standing.refreshFromMs) return { principal: standing.principal, cacheHit: true };
    const refusal = this.#refusals.get(digest);
    if (refusal && now < refusal.untilMs) throw refusal.error;
    return this.#flights.get(digest) ?? this.#start(lookup, known, standing);
  }

  #usable(digest: string): CachedPrincipal | undefined {
    const known = this.#principals.get(digest);
    return known && this.#settings.clock() < known.usableUntilMs ? known : undefined;
  }

  #start(lookup: Lookup, known: CachedPrincipal | undefined, standing: CachedPrincipal | undefined) {
    const { digest } = lookup;
    const flight = this.#find(lookup, known, standing).finally(() => this.#flights.delete(digest));
    this.#flights.set(digest, flight);
    return flight;
  }

  /**
   * @param known what this process knows
   * @param standing the same, unless its user was revoked since. It is due for a refresh
   */
  async #find(
    lookup: Lookup,
    known: CachedPrincipal | undefined,
    standing: CachedPrincipal | undefined,
  ): Promise<Resolved> {
    const shared = await this.#readShared(lookup);
    const best = newerOf(standing, shared.standing);
    if (best && this.#settings.clock() < best.refreshFromMs) return this.#serve(lookup, best);
    try {
      const isKnown = shared.isKnown || (known !== undefined && mayBeShared(lookup.credential, known.principal));
      return { principal: await this.#ask(lookup, isKnown), cacheHit: false };
    } catch (error) {
      if (!best || !this.#mayServe(best, error) || (await this.#isOutdated(best, lookup))) throw error;
      // No second early refresh: the next requests should not wait for the failing issuer too.
      return this.#serve(lookup, { ...best, refreshFromMs: best.freshUntilMs });
    }
  }

  #serve({ digest }: Lookup, known: CachedPrincipal): Resolved {
    this.#principals.set(digest, known);
    return { principal: known.principal, cacheHit: true };
  }

  /**
   * Reads what another container has found out.
   *
   * @throws CredentialError if another container learned that the issuer refuses the credential
   */
  async #readShared(lookup: Lookup): Promise<FromOthers> {
    const { shared, revocation, clock, uncachedScopes } = this.#settings;
    const { credential, observe } = lookup;
    if (!shared || !isShareable(credential) || !this.#times.mayCache) return NOTHING;
    const [entry] = await Promise.all([shared.read(credential, observe), revocation?.prefetch(observe)]);
    if (!entry) return NOTHING;
    if ('refusal' in entry) throw this.#keepRefusal(lookup, entry);
    const isUnusable =
      hasOneOf(entry.principal, uncachedScopes) ||
      this.#wasRefusedSince(entry, lookup) ||
      (await this.#isOutdated(entry, lookup));
    return { isKnown: true, standing: isUnusable ? undefined : this.#times.ofShared(entry, clock()) };
  }

  /** Returns whether the issuer has refused the credential in this process, and the entry could not be replaced then. */
  #wasRefusedSince({ startedAtMs }: SharedPrincipal, { digest }: Lookup): boolean {
    const refusedAtMs = this.#refusals.get(digest)?.startedAtMs;
    return refusedAtMs !== undefined && startedAtMs <= refusedAtMs;
  }

  #keepRefusal({ digest }: Lookup, { refusal, untilMs }: SharedRefusal): CredentialError {
    const error = new CredentialError(refusal.code, refusal.message);
    this.#principals.delete(digest);
    this.#refusals.set(digest, { error, untilMs: Math.min(untilMs, this.#refusedUntilMs()) });
    return error;
  }

  /** @param isKnown whether an entry of the shared cache must be replaced if the issuer refuses */
  async #ask(lookup: Lookup, isKnown: boolean): Promise<Principal> {
    const startedAtMs = this.#settings.clock();
    try {
      const principal = await lookup.lookUp();
      await this.#store(lookup, { principal, startedAtMs }, isKnown);
      return principal;
    } catch (error) {
      if (error instanceof CredentialError) await this.#refuse(lookup, { error, startedAtMs }, isKnown);
      throw error;
    }
  }

  async #store({ digest, credential, observe }: Lookup, found: EarlierResult, isKnown: boolean): Promise<void> {
    const { clock, uncachedScopes, shared } = this.#settings;
    if (hasOneOf(found.principal, uncachedScopes)) {
      this.#principals.delete(digest);
      if (isKnown && isShareable(credential)) await shared?.write(credential, this.#nothing(), observe);
      return;
    }
    const isShared = shared !== undefined && isShareable(credential) && mayBeShared(credential, found.principal);
    const { refreshFromMs, ...entry } = this.#times.ofFound(found, clock());
    this.#principals.set(digest, { ...entry, refreshFromMs: isShared ? refreshFromMs : entry.freshUntilMs });
    if (isShared && clock() < entry.usableUntilMs) await shared.write(credential, toShare(entry), observe);
  }

  /** Tells the other containers only if they may know a principal. So a flood of junk writes nothing. */
  async #refuse(
    { digest, credential, observe }: Lookup,
    { error, startedAtMs }: Required<Omit<KnownRefusal, 'untilMs'>>,
    isKnown: boolean,
  ): Promise<void> {
    const { shared } = this.#settings;
    const untilMs = this.#refusedUntilMs();
    this.#principals.delete(digest);
    this.#refusals.set(digest, { error, untilMs, startedAtMs });
    if (!isKnown || !isShareable(credential)) return;
    const { code, message } = error;
    // The refusal of a Basic credential is not shared, because its secret may be a password.
    const entry = credential.kind === 'basic' ? this.#nothing() : { refusal: { code, message }, untilMs };
    await shared?.write(credential, entry, observe);
  }

  /** Replaces an entry: it has already expired, so it is a miss everywhere, also where the clock is behind. */
  #nothing(): SharedRefusal {
    const refusal = { code: 'token_inactive', message: 'Replaced.' } as const;
    return { refusal, untilMs: this.#settings.clock() - CLOCK_SKEW_MS };
  }

  #refusedUntilMs(): number {
    return this.#settings.clock() + this.#settings.negativeTtlSeconds * 1000;
  }

  #isOutdated(result: SharedPrincipal, { form, observe }: Lookup): boolean | Promise<boolean> {
    return this.#settings.revocation?.isOutdated(form, result, observe) ?? false;
  }

  /** A principal that has not expired survives every failure of the issuer; a stale one only an outage. */
  #mayServe({ freshUntilMs, usableUntilMs }: CachedPrincipal, error: unknown): boolean {
    const now = this.#settings.clock();
    if (!(error instanceof IssuerError)) return false;
    return now < freshUntilMs || (now < usableUntilMs && STALE_IF.has(error.code));
  }
}

function hasOneOf({ scopes }: Principal, unwanted: readonly string[]): boolean {
  return scopes.some((scope) => unwanted.includes(scope));
}

/** 429 is a response, not an outage, so it does not allow a stale principal. */
const STALE_IF: ReadonlySet<IssuerError['code']> = new Set([
  'issuer_unavailable',
  'issuer_timeout',
  'issuer_circuit_open',
]);
