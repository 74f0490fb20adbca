/**
 * The issuer's public keys, fetched when needed and cached. A JWKS is not trusted: anything in it that is not a sound
 * asymmetric signature key is skipped. A flood of unknown `kid`s causes at most one fetch every 30 s. During an outage the
 * cached keys stay in use.
 */
import type { KeyObject } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { CredentialError, IssuerError } from '../core/errors.ts';
import type { HttpResponse } from '../core/http.ts';
import { isJsonObject, parseJson } from '../core/json.ts';
import { algorithmsOf, PSS_ALGORITHMS } from '../jws/signature-algorithms.ts';
import { importSoundKey } from '../jws/sound-public-key.ts';
import type { CallContext, IssuerEndpoint } from './issuer-endpoint.ts';

/** A public key with the algorithms (RFC 7518, RFC 8037) that it may be used with. */
export interface IssuerKey {
  readonly kid: string;
  readonly algorithms: readonly string[];
  readonly publicKey: KeyObject;
}

export interface JwksSettings {
  readonly url: string;
  readonly endpoint: IssuerEndpoint;
  readonly clock: Clock;
}

/** The keys are fetched again after this time, so that a withdrawn key goes out of use. */
const FRESH_MS = 10 * 60_000;
/** How long cached keys stay in use while the server cannot be reached. */
const USABLE_MS = 24 * 60 * 60_000;
/** The least time between two fetches, however many unknown `kid`s come. */
const FETCH_INTERVAL_MS = 30_000;
/**
 * The same, after a response that is not a JWKS. Shorter, because no token with a new key can be verified until then.
 */
const UNUSABLE_FETCH_INTERVAL_MS = 5000;
const MAXIMUM_KEYS = 100;

/** A JWKS at a URL (RFC 7517 section 5). */
export class Jwks {
  readonly #settings: JwksSettings;
  #keys: ReadonlyMap<string, IssuerKey> = new Map();
  #fetchedAtMs = Number.NEGATIVE_INFINITY;
  #triedAtMs = Number.NEGATIVE_INFINITY;
  #fetchAgainFromMs = Number.NEGATIVE_INFINITY;
  /** Why the last response cannot be used; `undefined` if it can. */
  #unusable: IssuerError | undefined;
  #flight: Promise<void> | undefined;
  /** A fetch that no caller asked for. Never rejects. */
  #earlyFlight: Promise<void> | undefined;

  constructor(settings: JwksSettings) {
    this.#settings = settings;
  }

  /** Fetches the keys before a token needs them. If that fails, the first token fetches them. Never rejects. */
  prefetch(): Promise<void> {
    this.#earlyFlight ??= this.#fetchEarly()
      .catch(() => undefined)
      .finally(() => {
        this.#earlyFlight = undefined;
      });
    return this.#earlyFlight;
  }

  /**
   * Finds the key that a token names.
   *
   * @param kid the `kid` of the token's unverified header
   * @throws CredentialError `key_unknown`
   * @throws IssuerError if the key is not cached and the keys cannot be fetched
   */
  async key(kid: string, context: CallContext): Promise<IssuerKey> {
    if (this.#earlyFlight !== undefined) await this.#earlyFlight;
    const known = this.#known(kid);
    if (known && !this.#isDue()) return known;
    if (known) await this.#refresh(context).catch(ignoreIssuerError);
    else if (this.#mayFetch()) await this.#refresh(context);
    else if (this.#unusable) throw this.#unusable;
    const found = this.#known(kid);
    if (!found) throw new CredentialError('key_unknown', 'No key with the "kid" of the token.');
    return found;
  }

  #known(kid: string): IssuerKey | undefined {
    return this.#ageMs() < USABLE_MS ? this.#keys.get(kid) : undefined;
  }

  #isDue(): boolean {
    return this.#ageMs() >= FRESH_MS && this.#settings.clock() - this.#triedAtMs >= FETCH_INTERVAL_MS;
  }

  #mayFetch(): boolean {
    return this.#flight !== undefined || this.#settings.clock() >= this.#fetchAgainFromMs;
  }

  #ageMs(): number {
    return this.#settings.clock() - this.#fetchedAtMs;
  }

  #refresh(context: CallContext): Promise<void> {
    this.#flight ??= this.#fetch(context).finally(() => {
      this.#flight = undefined;
    });
    return this.#flight;
  }

  async #fetch(context: CallContext): Promise<void> {
    const { endpoint, clock } = this.#settings;
    this.#triedAtMs = clock();
    const response = await endpoint.send(() => this.#request(), context);
    try {
      this.#keep(keysOf(response), clock());
    } catch (error) {
      if (error instanceof IssuerError) this.#unusable = error;
      this.#fetchAgainFromMs = clock() + UNUSABLE_FETCH_INTERVAL_MS;
      throw error;
    }
  }

  /** The age of the keys counts from the request: the execution environment may have been frozen before the response was read. */
  async #fetchEarly(): Promise<void> {
    const { endpoint, clock } = this.#settings;
    const startedAtMs = clock();
    this.#keep(keysOf(await endpoint.sendEarly(this.#request())), startedAtMs);
  }

  #keep(keys: ReadonlyMap<string, IssuerKey>, fetchedAtMs: number): void {
    this.#keys = keys;
    this.#unusable = undefined;
    this.#fetchedAtMs = fetchedAtMs;
    this.#fetchAgainFromMs = fetchedAtMs + FETCH_INTERVAL_MS;
  }

  #request() {
    return { method: 'GET', url: this.#settings.url, headers: { accept: 'application/json' } } as const;
  }
}

function keysOf({ status, body }: HttpResponse): ReadonlyMap<string, IssuerKey> {
  if (status !== 200) throw new IssuerError('issuer_malformed', `The JWKS endpoint responded with ${status}.`);
  return parseJwks(body);
}

/**
 * Parses a JWKS. Skips keys that must not verify a token.
 *
 * @throws IssuerError `issuer_malformed` if the text is not a JWKS
 */
export function parseJwks(text: string): ReadonlyMap<string, IssuerKey> {
  const keys = new Map<string, IssuerKey>();
  for (const jwk of keyList(text)) {
    const key = parseKey(jwk);
    if (key && !keys.has(key.kid)) keys.set(key.kid, key);
  }
  return keys;
}

function keyList(text: string): readonly unknown[] {
  const jwks = parseJson(text);
  if (isJsonObject(jwks) && Array.isArray(jwks.keys) && jwks.keys.length <= MAXIMUM_KEYS) return jwks.keys;
  throw new IssuerError('issuer_malformed', `The JWKS is not an object with at most ${MAXIMUM_KEYS} "keys".`);
}

function parseKey(jwk: unknown): IssuerKey | undefined {
  if (!isJsonObject(jwk) || typeof jwk.kid !== 'string') return undefined;
  if (jwk.use !== undefined && jwk.use !== 'sig') return undefined;
  const { alg } = jwk;
  // A key is for PSS only if it says so.
  const isPossible = (algorithm: string) =>
    alg === undefined ? !PSS_ALGORITHMS.includes(algorithm) : algorithm === alg;
  const algorithms = algorithmsOf(jwk).filter(isPossible);
  const publicKey = algorithms.length === 0 ? undefined : importSoundKey(jwk);
  return publicKey && { kid: jwk.kid, algorithms, publicKey };
}

function ignoreIssuerError(error: unknown): void {
  if (!(error instanceof IssuerError)) throw error;
}
