/**
 * Counts the requests to each API in fixed windows, reports the state in headers, and refuses requests when a window is
 * full.
 */

import { apiErrorReply } from './api-error.ts';
import type { Reply } from './http.ts';
import type { RateLimit } from './records.ts';

const FAMILIES = ['authentication', 'management'] as const;

export type ApiFamily = (typeof FAMILIES)[number];

export interface Admission {
  readonly headers: Readonly<Record<string, string>>;
  /** The response to send instead, if the window is full. */
  readonly refusal: Reply | undefined;
}

/** How far a limit is used up. */
export interface LimitState {
  readonly family: ApiFamily;
  readonly limit: number;
  readonly remaining: number;
  /** When the window ends, in milliseconds since the epoch. @default null: no window is open */
  readonly resetsAt: number | null;
}

export class RateLimits {
  readonly #now: () => number;
  readonly #limits: Record<ApiFamily, RateLimit>;
  readonly #windows = new Map<ApiFamily, { readonly endsAtMs: number; count: number }>();

  constructor(limits: Readonly<Record<ApiFamily, RateLimit>>, now: () => number) {
    this.#limits = { ...limits };
    this.#now = now;
  }

  /** Changes a limit and starts a new window. */
  set(family: ApiFamily, limit: RateLimit): void {
    this.#limits[family] = limit;
    this.#windows.delete(family);
  }

  states(): readonly LimitState[] {
    return FAMILIES.map((family) => {
      const { limit } = this.#limits[family];
      const window = this.#windows.get(family);
      const isOpen = window !== undefined && this.#now() < window.endsAtMs;
      return {
        family,
        limit,
        remaining: isOpen ? Math.max(0, limit - window.count) : limit,
        resetsAt: isOpen ? window.endsAtMs : null,
      };
    });
  }

  admit(family: ApiFamily): Admission {
    const { limit, windowSeconds } = this.#limits[family];
    const window = this.#openWindow(family, windowSeconds);
    window.count += 1;
    const headers = {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(Math.max(0, limit - window.count)),
      'x-ratelimit-reset': String(Math.ceil(window.endsAtMs / 1000)),
    };
    if (window.count <= limit) return { headers, refusal: undefined };
    const retryAfterSeconds = Math.max(1, Math.ceil((window.endsAtMs - this.#now()) / 1000));
    return { headers, refusal: { ...refusalOf(family), headers: { 'retry-after': String(retryAfterSeconds) } } };
  }

  #openWindow(family: ApiFamily, windowSeconds: number) {
    const open = this.#windows.get(family);
    if (open && this.#now() < open.endsAtMs) return open;
    const fresh = { endsAtMs: this.#now() + windowSeconds * 1000, count: 0 };
    this.#windows.set(family, fresh);
    return fresh;
  }
}

function refusalOf(family: ApiFamily): Reply {
  const message = 'Global limit has been reached';
  if (family === 'management') return apiErrorReply(429, message, 'too_many_requests');
  return { status: 429, body: { error: 'too_many_requests', error_description: message } };
}
