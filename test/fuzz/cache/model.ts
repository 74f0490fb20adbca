/**
 * The plain model of the cache fuzz: from what the server said and when, to what each request may have been served. It
 * knows nothing of how the product caches.
 */
import { type Entry, type History, JWT_LONG_LIFE_SECONDS, type Served, START_MS, SUBJECTS } from './history.ts';
import type { Scenario } from './scenario.ts';

const CLOCK_TOLERANCE_MS = 5000;
const DEADLINE_MS = 5000;
/** The longest that a server is left alone. */
const LONGEST_PAUSE_MS = 30_000;
/** So many failures in a row, at least, before a server is left alone. */
const FAILURES_BEFORE_PAUSE = 5;

/** Everything that is wrong in a history; empty if there is nothing. */
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
  const seen = new Sight(scenario, history, request);
  switch (outcome) {
    case 'allow':
      return seen.mayAllow() ? seen.economyFaults().flatMap(fault) : fault('allowed without a reason');
    case '401':
      return seen.mayRefuse() ? seen.economyFaults().flatMap(fault) : fault('401 for a credential that nobody refused');
    case '503':
      return [
        ...(seen.mayBeUnavailable() ? [] : fault('503 without an outage')),
        ...seen.availabilityFaults().flatMap(fault),
      ];
    default:
      return fault(`the outcome is ${outcome}`);
  }
}

/** A JWT is good until its `exp`, give or take the tolerance; no outage of the other endpoints matters. */
function jwtFaults({ jwtLifeSeconds }: Scenario, { credential, startMs, outcome }: Served): readonly string[] {
  const lifeSeconds = credential === 'jwtShort' ? jwtLifeSeconds : JWT_LONG_LIFE_SECONDS;
  const isGood = startMs < START_MS + lifeSeconds * 1000 + CLOCK_TOLERANCE_MS;
  const expected = isGood ? 'allow' : '401';
  return outcome === expected ? [] : [`the outcome is ${outcome}, expected ${expected}`];
}

/** One request, seen against all that happened before and meanwhile. */
class Sight {
  readonly #scenario: Scenario;
  readonly #history: History;
  readonly #request: Served;
  /** What the server said of this credential while the request lasted, its own or a shared look-up. */
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

  /** What is known must be served without asking, and at once. */
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

  /** An outage must not be noticed while a known principal may be served. */
  availabilityFaults(): readonly string[] {
    if (this.#mayBeForgotten('principals')) return [];
    if (this.#isSurelyKnown()) return ['503 for a known principal'];
    const failures = this.#meanwhile.filter(isFailure);
    const isRealOutage = failures.length > 0 && failures.every(({ verdict }) => verdict === 'outage');
    return isRealOutage && this.#isUsable(0) && !this.#isPaused(['throttled', 'malformed'])
      ? ['503 where a stale principal may serve']
      : [];
  }

  /** By a look-up that was under way while the request lasted. After a login its end is that of the fetch of the keys. */
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

  /** The last positive look-up that no refusal followed. */
  #known(): Entry | undefined {
    const last = this.#before.findLast(({ verdict }) => verdict === 'positive' || verdict === 'refused');
    return last?.verdict === 'positive' && this.#request.credential !== 'bearerUncached' ? last : undefined;
  }

  /** After a login the keys may have to be fetched before the principal is known. */
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

  /** The server may be left alone at this moment, because of failures that were anybody's. */
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
