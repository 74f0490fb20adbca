/** API Gateway's cache of the authorizer's results, by credential, method and path. */
import type { Clock } from '../../src/core/clock.ts';
import type { Request } from './callers.ts';

export class GatewayCache {
  readonly #clock: Clock;
  readonly #ttlMs: number;
  readonly #paths: number;
  readonly #untilMs: Float64Array;

  constructor(clock: Clock, { callers, paths, gatewayTtlSeconds }: GatewayCacheSettings) {
    this.#clock = clock;
    this.#ttlMs = gatewayTtlSeconds * 1000;
    this.#paths = paths;
    this.#untilMs = new Float64Array(callers * paths);
  }

  has(request: Request): boolean {
    return this.#clock() < (this.#untilMs[this.#index(request)] ?? 0);
  }

  keep(request: Request): void {
    this.#untilMs[this.#index(request)] = this.#clock() + this.#ttlMs;
  }

  #index({ caller, path }: Request): number {
    return caller * this.#paths + path;
  }
}

interface GatewayCacheSettings {
  readonly callers: number;
  readonly paths: number;
  readonly gatewayTtlSeconds: number;
}
