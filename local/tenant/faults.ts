/** Injected faults: what the tenant does to matching requests, instead of or in addition to its usual response. */
import type { JsonObject } from './records.ts';

interface FaultMatch {
  /** Matches every method if absent. */
  readonly method?: string;
  /** The beginning of a path. Matches every path if absent. */
  readonly path?: string;
  /** How many requests the fault affects. It lasts until it is removed if absent. */
  readonly times?: number;
}

type FaultKind =
  /** Responds as usual, after this delay. */
  | { readonly kind: 'latency'; readonly ms: number }
  /** Never responds. */
  | { readonly kind: 'hang' }
  /** Responds with this status, without handling the request. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly body?: unknown;
      readonly retryAfterSeconds?: number;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Resets the connection without handling the request. */
  | { readonly kind: 'reset' }
  /** Handles the request, then resets the connection before the response. */
  | { readonly kind: 'dieAfter' }
  /** Responds with 200 and a body that is not JSON. */
  | { readonly kind: 'garbage' }
  /** Responds with 200 and a JSON body of this size. @default 10 MB */
  | { readonly kind: 'huge'; readonly bytes?: number }
  /** Responds with a redirect (302). */
  | { readonly kind: 'redirect'; readonly location: string }
  /** Responds with this JSON, without handling the request. */
  | { readonly kind: 'body'; readonly body: unknown; readonly status?: number }
  /** Handles the request, then changes members of the JSON object in the response. */
  | { readonly kind: 'edit'; readonly set?: JsonObject; readonly remove?: readonly string[] };

export type Fault = FaultMatch & FaultKind;

const KINDS = ['latency', 'hang', 'status', 'reset', 'dieAfter', 'garbage', 'huge', 'redirect', 'body', 'edit'];

export class Faults {
  #injected: { readonly fault: Fault; left: number }[] = [];

  /** Adds a fault. If several match a request, the oldest one applies. */
  add(fault: Fault): void {
    this.#injected.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY });
  }

  clear(): void {
    this.#injected = [];
  }

  /** The faults that still affect requests, with how many are left if that is limited. */
  list(): readonly Fault[] {
    const left = this.#injected.filter((injected) => injected.left > 0);
    return left.map(({ fault, left: times }) => (Number.isFinite(times) ? { ...fault, times } : fault));
  }

  /** Returns the fault for this request, if any, and counts it as used. */
  take(method: string, path: string): Fault | undefined {
    const match = this.#injected.find(({ fault, left }) => left > 0 && matches(fault, method, path));
    if (match) match.left -= 1;
    return match?.fault;
  }
}

/** Parses a fault from a request to the controls; `undefined` if it is not valid. */
export function parseFault(value: JsonObject): Fault | undefined {
  const { kind, ms, status, location, times } = value;
  const isComplete =
    (kind !== 'latency' || typeof ms === 'number') &&
    (kind !== 'status' || isStatus(status)) &&
    (kind !== 'redirect' || typeof location === 'string') &&
    (times === undefined || Number.isInteger(times));
  return KINDS.includes(String(kind)) && isComplete ? (value as unknown as Fault) : undefined;
}

function isStatus(status: unknown): boolean {
  return Number.isInteger(status) && Number(status) >= 200 && Number(status) <= 599;
}

function matches({ method, path = '' }: Fault, actualMethod: string, actualPath: string): boolean {
  return (method ?? actualMethod).toUpperCase() === actualMethod && actualPath.startsWith(path);
}
