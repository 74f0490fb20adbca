/**
 * The plain model of the cache fuzz: it derives, from the server's responses and their times, what each request may
 * get. It does not know how the product caches.
 */
import { type Entry, type History, JWT_LONG_LIFE_SECONDS, type Served, START_MS, SUBJECTS } from './history.ts';
import type { Scenario } from './scenario.ts';

const CLOCK_TOLERANCE_MS = 5000;
const DEADLINE_MS = 5000;
/** The longest time for which the circuit breaker stops calls to a server. */
const LONGEST_PAUSE_MS = 30_000;
/** The circuit breaker opens after at least this many failures in a row. */
const FAILURES_BEFORE_PAUSE = 5;

/** Returns everything that is wrong in a history; empty if nothing is. */
export function faultsIn(scenario: Scenario, history: History): readonly string[] {
  return [...history.faults, ...history.served.flatMap((request) => faultsOf(scenario, history, request))];
}

function faultsOf(scenario: Scenario, history: History, request: Served): readonly string[] {
  const { credential, outcome, startMs, endMs, subject } = request;
  const at = `${credential} at ${startMs - START_MS} ms`;
  const fault = (text: string) => [`${at}: ${text}`];
  if (endMs - startMs > DEADLINE_MS) return fault(`took ${endMs - startMs} ms`);
  if (outcome === 'allow' && subject !== SUBJECTS[credential]) return fault(`allowed as ${subject}`);
  if (credential.startsWith('jwt')) return jwtFaults(scenario, request).flatMap(fault);
  const view = new RequestView(scenario, history, request);
  switch (outcome) {
    case 'allow':
      return view.mayAllow() ? view.economyFaults().flatMap(fault) : fault('allowed without a reason');
    case '401':
      return view.mayRefuse() ? view.economyFaults().flatMap(fault) : fault('401 for a credential that nobody refused');
    case '503':
      return [
        ...(view.mayBeUnavailable() ? [] : fault('503 without an outage')),
        ...view.availabilityFaults().flatMap(fault),
      ];
    default:
      return fault(`the outcome is ${outcome}`);
  }
}

/** A JWT is valid until its `exp` plus the tolerance. Outages of the other endpoints make no difference. */
function jwtFaults({ jwtLifeSeconds }: Scenario, { credential, startMs, outcome }: Served): readonly string[] {
  const lifeSeconds = credential === 'jwtShort' ? jwtLifeSeconds : JWT_LONG_LIFE_SECONDS;
  const isGood = startMs < START_MS + lifeSeconds * 1000 + CLOCK_TOLERANCE_MS;
  const expected = isGood ? 'allow' : '401';
  return outcome === expected ? [] : [`the outcome is ${outcome}, expected ${expected}`];
}

/** One request, together with everything that happened before it and during it. */
class RequestView {
  readonly #scenario: Scenario;
  readonly #history: History;
  readonly #request: Served;
  /** The server's verdicts on this credential during the request, from its own look-up or a shared one. */
  readonly #meanwhile: readonly Entry[];
  readonly #before: readonly Entry[];

  constructor(scenario: Scenario, history: History, request: Served) {
    this.#scenario = scenario;
    this.#history = history;
    this.#request = request;
    const own = history.entries.filter(({ credential }) => credential === request.credential);
    this.#meanwhile = own.filter(({ endMs }) => endMs >= request.startMs && endMs <= request.endMs);
    this.#before = own.filter(({ endMs }) => endMs <= request.startMs);
  }

  mayAllow(): boolean {
    return this.#isFoundGood() || this.#isFresh(this.#slackMs()) || this.#mayBeStale();
  }

  mayRefuse(): boolean {
    return this.#isLookedUp('refused') || this.#isRefusalKnown();
  }

  mayBeUnavailable(): boolean {
    return this.#meanwhile.some(isFailure) || this.#isPaused(['outage', 'throttled', 'malformed']);
  }

  /** A cached principal or refusal must be served at once, without a call. */
  economyFaults(): readonly string[] {
    const { outcome, startMs, endMs } = this.#request;
    if (this.#isSurelyKnown()) {
      return outcome === 'allow' && startMs === endMs ? [] : ['a known principal was looked up again'];
    }
    if (this.#isOnlyRefusalKnown() && !this.#mayBeForgotten('refusals')) {
      return outcome === '401' && startMs === endMs ? [] : ['a known refusal was looked up again'];
    }
    return [];
  }

  /** An outage must not show while a cached principal may be served. */
  availabilityFaults(): readonly string[] {
    if (this.#mayBeForgotten('principals')) return [];
    if (this.#isSurelyKnown()) return ['503 for a known principal'];
    const failures = this.#meanwhile.filter(isFailure);
    const isRealOutage = failures.length > 0 && failures.every(({ verdict }) => verdict === 'outage');
    return isRealOutage && this.#isUsable(0) && !this.#isPaused(['throttled', 'malformed'])
      ? ['503 where a stale principal may serve']
      : [];
  }

  /**
   * Confirmed by a look-up during the request. After a login, the look-up ends only when the keys have been fetched.
   */
  #isFoundGood(): boolean {
    const { startMs } = this.#request;
    return (
      this.#isLookedUp('positive') ||
      this.#before.some(({ verdict, endMs }) => verdict === 'positive' && startMs < endMs + this.#slackMs())
    );
  }

  #isLookedUp(verdict: Entry['verdict']): boolean {
    return this.#meanwhile.some((entry) => entry.verdict === verdict);
  }

  /** The last positive verdict, unless a refusal followed it. */
  #known(): Entry | undefined {
    const last = this.#before.findLast(({ verdict }) => verdict === 'positive' || verdict === 'refused');
    return last?.verdict === 'positive' && this.#request.credential !== 'bearerUncached' ? last : undefined;
  }

  /** After a login, the keys may have to be fetched before the principal is cached. */
  #slackMs(): number {
    return this.#request.credential === 'basicPassword' ? this.#scenario.latencyMs : 0;
  }

  #isSurelyKnown(): boolean {
    const knownFromMs = (this.#known()?.endMs ?? 0) + this.#slackMs();
    return this.#isFresh(0) && this.#request.startMs >= knownFromMs && !this.#mayBeForgotten('principals');
  }

  #isFresh(slackMs: number): boolean {
    const known = this.#known();
    const { cacheTtlSeconds } = this.#scenario;
    if (!known || cacheTtlSeconds === 0) return false;
    return this.#request.startMs < Math.min(known.endMs + cacheTtlSeconds * 1000 + slackMs, known.expiresMs);
  }

  #isUsable(slackMs: number): boolean {
    const known = this.#known();
    const { cacheTtlSeconds, staleIfErrorSeconds } = this.#scenario;
    if (!known || staleIfErrorSeconds === 0) return false;
    const lastMs = known.endMs + (cacheTtlSeconds + staleIfErrorSeconds) * 1000 + slackMs;
    return this.#request.endMs < Math.min(lastMs, known.expiresMs);
  }

  #mayBeStale(): boolean {
    const isOut = this.#isLookedUp('outage') || this.#isPaused(['outage']);
    return isOut && this.#isUsable(this.#slackMs());
  }

  #isRefusalKnown(): boolean {
    const knownMs = this.#scenario.negativeTtlSeconds * 1000;
    return this.#before.some(({ verdict, endMs }) => verdict === 'refused' && this.#request.startMs < endMs + knownMs);
  }

  #isOnlyRefusalKnown(): boolean {
    const last = this.#before.findLast(({ verdict }) => verdict === 'positive' || verdict === 'refused');
    return (
      last?.verdict === 'refused' &&
      this.#isRefusalKnown() &&
      this.#request.startMs < last.endMs + this.#scenario.negativeTtlSeconds * 1000
    );
  }

  /** The circuit may be open at this moment, because of failures that any caller may have caused. */
  #isPaused(verdicts: readonly Entry['verdict'][]): boolean {
    const { endMs: nowMs } = this.#request;
    const failures = this.#history.entries.filter((entry) => isFailure(entry) && entry.endMs <= nowMs);
    const recent = failures.filter(
      ({ verdict, endMs }) => verdicts.includes(verdict) && endMs > this.#request.startMs - LONGEST_PAUSE_MS,
    );
    return (
      recent.some(({ verdict }) => verdict === 'throttled') ||
      (recent.length > 0 && failures.length >= FAILURES_BEFORE_PAUSE)
    );
  }

  #mayBeForgotten(what: 'refusals' | 'principals'): boolean {
    return this.#history.floods.some(({ atMs, of }) => of === what && atMs <= this.#request.startMs);
  }
}

const isFailure = ({ verdict }: Entry): boolean =>
  verdict === 'outage' || verdict === 'throttled' || verdict === 'malformed';
