/** Runs one scenario until it is steady, then measures it. The same scenario and seed always give the same result. */
import { Callers, type Request } from './callers.ts';
import { ContainerPool } from './container-pool.ts';
import { GatewayCache } from './gateway-cache.ts';
import { SeededRandom } from './random.ts';
import { requestsPerSecond, type Scenario } from './scenario.ts';
import { SharedTables } from './shared-tables.ts';
import { SimulatedTime } from './simulated-time.ts';
import { noUsage, type Usage } from './usage.ts';

export interface Result {
  /** What was used in the measured time. */
  readonly usage: Usage;
  /** The measured time. */
  readonly seconds: number;
  /** How many containers there were, on average. */
  readonly containers: number;
  /** The most containers that were busy at the same moment. */
  readonly mostBusy: number;
}

/** Enough requests that chance changes a result by a few percent only. */
const MEASURED_REQUESTS = 60_000;
const MEASURED_SECONDS = { least: 120, most: 3600 };
const SAMPLE_MS = 20_000;
/** A prime. */
const STRIDE = 7919;

/** @param seed a whole number */
export async function simulate(scenario: Scenario, seed: number): Promise<Result> {
  const { gatewayTtlSeconds, cacheTtlSeconds, meanIntervalSeconds } = scenario;
  const startSeconds = Math.max(gatewayTtlSeconds, cacheTtlSeconds);
  const world = new World(scenario, { seed, startSeconds });
  await world.pass(startSeconds + gatewayTtlSeconds + cacheTtlSeconds + meanIntervalSeconds);
  const seconds = MEASURED_REQUESTS / requestsPerSecond(scenario);
  const { least, most } = MEASURED_SECONDS;
  return world.measure(Math.ceil(Math.min(Math.max(seconds, least), most) / 60) * 60);
}

/** Runs a scenario from its first request on, when nothing is cached. */
export function simulateBeginning(
  scenario: Scenario,
  { seconds, seed }: { readonly seconds: number; readonly seed: number },
): Promise<Result> {
  return new World(scenario, { seed, startSeconds: 0 }).measure(seconds);
}

interface Conditions {
  readonly seed: number;
  /** The callers come one after another in this time. If all came at once, all results would expire together. */
  readonly startSeconds: number;
}

class World {
  readonly #time = new SimulatedTime();
  readonly #usage = noUsage();
  readonly #scenario: Scenario;
  readonly #callers: Callers;
  readonly #gateway: GatewayCache;
  readonly #pool: ContainerPool;
  readonly #isHere: (caller: number) => boolean;

  constructor(scenario: Scenario, { seed, startSeconds }: Conditions) {
    const time = this.#time;
    const usage = this.#usage;
    const random = new SeededRandom(seed);
    const tables = new SharedTables(time, usage, scenario.durationsMs.table);
    this.#callers = new Callers(scenario, random);
    this.#gateway = new GatewayCache(time.clock, scenario);
    this.#pool = new ContainerPool({ time, random, usage, tables }, scenario);
    this.#isHere = this.#comeOneByOne(scenario, startSeconds);
    this.#scenario = scenario;
    this.#nextRequest();
  }

  #comeOneByOne({ callers }: Scenario, startSeconds: number): (caller: number) => boolean {
    const { clock } = this.#time;
    const startedAtMs = clock();
    const eachMs = (startSeconds * 1000) / callers;
    // The most active callers have the lowest numbers with `zipf`; a stride mixes them.
    return (caller) => clock() - startedAtMs >= ((caller * STRIDE) % callers) * eachMs;
  }

  pass(seconds: number): Promise<void> {
    return this.#time.pass(seconds * 1000);
  }

  async measure(seconds: number): Promise<Result> {
    Object.assign(this.#usage, noUsage());
    this.#pool.takeMostInUse();
    let sizes = 0;
    const samples = Math.ceil((seconds * 1000) / SAMPLE_MS);
    for (let sample = 0; sample < samples; sample += 1) {
      await this.#time.pass((seconds * 1000) / samples);
      sizes += this.#pool.size;
    }
    const mostBusy = this.#pool.takeMostInUse();
    return { usage: { ...this.#usage }, seconds, containers: sizes / samples, mostBusy };
  }

  #nextRequest(): void {
    this.#time.after(this.#callers.untilNextMs(), () => {
      this.#nextRequest();
      this.#receive(this.#callers.next());
    });
  }

  #receive(request: Request): void {
    if (!this.#isHere(request.caller)) return;
    this.#usage.requests += 1;
    if (!this.#gateway.has(request)) this.#time.start(this.#authorize(request));
  }

  async #authorize(request: Request): Promise<void> {
    const { clock, sleep } = this.#time;
    const { durationsMs } = this.#scenario;
    const startedAtMs = clock();
    this.#usage.authorizerCalls += 1;
    const { container, isNew } = this.#pool.take();
    await sleep(durationsMs.handler + (isNew ? durationsMs.coldStart : 0));
    await container.authorize(request.caller);
    this.#pool.giveBack(container);
    this.#gateway.keep(request);
    this.#usage.busyMs += clock() - startedAtMs;
  }
}
