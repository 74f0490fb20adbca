/**
 * Auth0's brute-force protection: it counts failed logins per user and IP, and blocks a pair after too many of them.
 */
import type { TenantState } from './state.ts';

interface Attempts {
  /** Failures since the last success. */
  readonly failures: number;
  readonly blockedUntilMs: number;
  /** How many attempts were left in the bucket (right or wrong passwords both count) at the time `atMs`. */
  readonly bucket: number;
  readonly atMs: number;
}

export interface FailedLogins {
  readonly username: string;
  readonly ip: string;
  readonly failures: number;
  /** Milliseconds since the epoch. @default null: not blocked */
  readonly blockedUntil: number | null;
}

export class LoginGuard {
  readonly #state: TenantState;
  readonly #now: () => number;
  readonly #attempts = new Map<string, Attempts>();
  readonly #totals = new Map<string, number>();

  constructor(state: TenantState, now: () => number) {
    this.#state = state;
    this.#now = now;
  }

  /** Counts an attempt. Returns `false` if this user has made too many attempts from this IP within a minute. */
  admits(username: string, ip: string): boolean {
    const { loginBurst, loginsPerMinute } = this.#state.attackProtection;
    const before = this.#get(username, ip);
    const nowMs = this.#now();
    const refill = ((nowMs - before.atMs) / 60_000) * loginsPerMinute;
    const bucket = Math.min(loginBurst, before.bucket + refill);
    const admitted = bucket >= 1;
    this.#set(username, ip, { ...before, bucket: admitted ? bucket - 1 : bucket, atMs: nowMs });
    return admitted;
  }

  isBlocked(username: string, ip: string): boolean {
    return this.#get(username, ip).blockedUntilMs > this.#now();
  }

  fail(username: string, ip: string): void {
    const { maxFailedLogins, blockSeconds } = this.#state.attackProtection;
    const before = this.#get(username, ip);
    const failures = before.failures + 1;
    const blockedUntilMs = failures >= maxFailedLogins ? this.#now() + blockSeconds * 1000 : before.blockedUntilMs;
    this.#set(username, ip, { ...before, failures, blockedUntilMs });
    this.#totals.set(fold(username), this.totalFailures(username) + 1);
  }

  succeed(username: string, ip: string): void {
    this.#set(username, ip, { ...this.#get(username, ip), failures: 0, blockedUntilMs: 0 });
  }

  /** The number of failures since the last success, from one IP. */
  failures(username: string, ip: string): number {
    return this.#get(username, ip).failures;
  }

  /** The number of failures since the tenant started, of one user or of all users; never reset. */
  totalFailures(username?: string): number {
    if (username !== undefined) return this.#totals.get(fold(username)) ?? 0;
    return [...this.#totals.values()].reduce((sum, count) => sum + count, 0);
  }

  blockedIps(username: string): readonly string[] {
    const pairs = [...this.#attempts].filter(([, attempts]) => attempts.blockedUntilMs > this.#now());
    return pairs.map(([key]) => JSON.parse(key)).flatMap(([name, ip]) => (name === fold(username) ? [ip] : []));
  }

  /** Every pair of a user and an address that has failed since its last success. */
  failed(): readonly FailedLogins[] {
    return [...this.#attempts].flatMap(([key, { failures, blockedUntilMs }]) => {
      const [username, ip] = JSON.parse(key);
      const blockedUntil = blockedUntilMs > this.#now() ? blockedUntilMs : null;
      return failures > 0 ? [{ username, ip, failures, blockedUntil }] : [];
    });
  }

  /** Removes every block of a user, and the failures that led to it. */
  unblock(username: string): void {
    for (const key of this.#attempts.keys()) if (JSON.parse(key)[0] === fold(username)) this.#attempts.delete(key);
  }

  #get(username: string, ip: string): Attempts {
    const fresh = {
      failures: 0,
      blockedUntilMs: 0,
      bucket: this.#state.attackProtection.loginBurst,
      atMs: this.#now(),
    };
    return this.#attempts.get(keyOf(username, ip)) ?? fresh;
  }

  #set(username: string, ip: string, attempts: Attempts): void {
    this.#attempts.set(keyOf(username, ip), attempts);
  }
}

function keyOf(username: string, ip: string): string {
  return JSON.stringify([fold(username), ip]);
}

function fold(username: string): string {
  return username.toLowerCase();
}
