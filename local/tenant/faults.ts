/** Faults on order: what the tenant does to the requests that match, instead of or on top of its usual answer. */
import type { JsonObject } from './records.ts';

interface FaultMatch {
  /** Every method when absent. */
  readonly method?: string;
  /** The beginning of a path; every path when absent. */
  readonly path?: string;
  /** How many requests it strikes; until cleared when absent. */
  readonly times?: number;
}

type FaultKind =
  /** Answers as usual, so much later. */
  | { readonly kind: 'latency'; readonly ms: number }
  /** Never answers. */
  | { readonly kind: 'hang' }
  /** Answers with a status, without handling the request. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly body?: unknown;
      readonly retryAfterSeconds?: number;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Breaks the connection without handling the request. */
  | { readonly kind: 'reset' }
  /** Handles the request, then breaks the connection before the answer. */
  | { readonly kind: 'dieAfter' }
  /** 200 with a body that is not JSON. */
  | { readonly kind: 'garbage' }
  /** 200 with a JSON body of so many bytes; 10 MB when absent. */
  | { readonly kind: 'huge'; readonly bytes?: number }
  /** 302 to elsewhere. */
  | { readonly kind: 'redirect'; readonly location: string }
  /** Answers this JSON, without handling the request. */
  | { readonly kind: 'body'; readonly body: unknown; readonly status?: number }
  /** Handles the request and changes the members of the JSON object that it answers. */
  | { readonly kind: 'edit'; readonly set?: JsonObject; readonly remove?: readonly string[] };

export type Fault = FaultMatch & FaultKind;

const KINDS = ['latency', 'hang', 'status', 'reset', 'dieAfter', 'garbage', 'huge', 'redirect', 'body', 'edit'];

export class Faults {
  #orders: { readonly fault: Fault; left: number }[] = [];

  /** Orders a fault. Of several that match, the one ordered first strikes. */
  add(fault: Fault): void {
    this.#orders.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY });
  }

  clear(): void {
    this.#orders = [];
  }

  /** Answers the fault that strikes this request, and counts it. */
  take(method: string, path: string): Fault | undefined {
    const order = this.#orders.find(({ fault, left }) => left > 0 && isMeant(fault, method, path));
    if (order) order.left -= 1;
    return order?.fault;
  }
}

/** Reads a fault that came over the wire; undefined when it is none. */
export function parseFault(order: JsonObject): Fault | undefined {
  const { kind, ms, status, location, times } = order;
  const isComplete =
    (kind !== 'latency' || typeof ms === 'number') &&
    (kind !== 'status' || isStatus(status)) &&
    (kind !== 'redirect' || typeof location === 'string') &&
    (times === undefined || Number.isInteger(times));
  return KINDS.includes(String(kind)) && isComplete ? (order as unknown as Fault) : undefined;
}

function isStatus(status: unknown): boolean {
  return Number.isInteger(status) && Number(status) >= 200 && Number(status) <= 599;
}

function isMeant({ method, path = '' }: Fault, actualMethod: string, actualPath: string): boolean {
  return (method ?? actualMethod).toUpperCase() === actualMethod && actualPath.startsWith(path);
}
