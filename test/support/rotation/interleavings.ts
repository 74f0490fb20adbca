/**
 * Runs several processes over one world, one outside call at a time, in every order. Two orders that lead to the
 * same world, in which every process has seen the same responses, are continued only once.
 */

/** Hands out ports whose calls wait for their turn. */
export type Gate = <Port extends object>(port: Port) => Port;

export interface Process<World> {
  readonly name: string;
  /** Must do the same in every run for the same responses, and catch the errors that it expects. */
  run(world: World, gate: Gate): Promise<unknown>;
}

export interface Exploration<World> {
  readonly makeWorld: () => Promise<World>;
  readonly processes: readonly Process<World>[];
  /** Equal for two worlds from which everything continues in the same way. */
  readonly fingerprint: (world: World) => string;
  /**
   * The state that a polling process waits for. It sleeps for at most `LONGEST_POLL_MS`, and continues when this has changed or when
   * no other process can. A longer sleep ends only when no other process can continue: the other calls take milliseconds.
   */
  readonly awaited: (world: World) => unknown;
  /** Checks a world in which all processes have ended. Throws if something is wrong. */
  readonly check: (world: World) => Promise<void>;
  /** The maximum number of times that a process is interrupted although it could continue. @default no limit */
  readonly mostInterruptions?: number;
  /** Ends the exploration early. @default never */
  readonly mostRuns?: number;
  /** Called with the progress after every thousand runs. @default no calls */
  readonly report?: (runs: number, open: number) => void;
}

export interface Explored {
  /** Complete runs, each checked. */
  readonly ends: number;
  readonly states: number;
  readonly isComplete: boolean;
}

/** Explores every order. Throws with the order that fails. */
export async function explore<World>(exploration: Exploration<World>): Promise<Explored> {
  const { mostRuns = Number.POSITIVE_INFINITY, report } = exploration;
  const seen = new Set<string>();
  const open: (readonly number[])[] = [[]];
  let ends = 0;
  for (let runs = 0; runs < mostRuns; runs += 1) {
    const prefix = open.pop();
    if (!prefix) return { ends, states: seen.size, isComplete: true };
    if (runs % 1000 === 999) report?.(runs, open.length);
    const run = new Run(exploration);
    const isEnd = await run.follow(prefix, (state, alternatives) => {
      if (seen.has(state)) return false;
      seen.add(state);
      open.push(...alternatives);
      return true;
    });
    if (!isEnd) continue;
    ends += 1;
    await run.check();
  }
  return { ends, states: seen.size, isComplete: open.length === 0 };
}

const LONGEST_POLL_MS = 1000;

interface Turn {
  readonly call: string;
  readonly isLongSleep: boolean;
  readonly go: () => void;
}

/** Receives a state and the orders that branch off there. Returns whether to continue from it. */
type Visit = (state: string, alternatives: readonly (readonly number[])[]) => boolean;

class Run<World> {
  readonly #exploration: Exploration<World>;
  readonly #actors: Actor[] = [];
  readonly #order: number[] = [];
  #interruptions = 0;
  #world: World | undefined;

  constructor(exploration: Exploration<World>) {
    this.#exploration = exploration;
  }

  /** Follows an order, then chooses its own. Returns whether all processes have ended. */
  async follow(prefix: readonly number[], visit: Visit): Promise<boolean> {
    await this.#start();
    for (;;) {
      const ready = this.#ready();
      if (ready.length === 0) return true;
      const next = prefix[this.#order.length] ?? this.#choose(ready, visit);
      if (next === undefined) return false;
      const last = this.#order.at(-1);
      if (last !== undefined && last !== next && ready.includes(last)) this.#interruptions += 1;
      this.#order.push(next);
      await this.#actors[next]?.step(() => this.#awaited());
    }
  }

  async #start(): Promise<void> {
    const world = await this.#exploration.makeWorld();
    this.#world = world;
    for (const process of this.#exploration.processes) {
      const actor = new Actor(process.name);
      this.#actors.push(actor);
      actor.start((gate) => process.run(world, gate));
    }
    await Promise.all(this.#actors.map((actor) => actor.settled()));
  }

  /** Stays with the last process if it can continue. Returns `undefined` if the state has been seen. */
  #choose(ready: readonly number[], visit: Visit): number | undefined {
    const [next = 0, ...others] = this.#choices(ready);
    const alternatives = others.map((index) => [...this.#order, index]);
    return visit(this.#state(), alternatives) ? next : undefined;
  }

  #state(): string {
    const { fingerprint, mostInterruptions } = this.#exploration;
    const world = this.#world === undefined ? '' : fingerprint(this.#world);
    const bound = mostInterruptions === undefined ? [] : [this.#order.at(-1), this.#interruptions];
    return hash([world, ...this.#actors.map((actor) => actor.past), ...bound].join('\n'));
  }

  /** Staying with the last process interrupts nobody. */
  #choices(ready: readonly number[]): readonly number[] {
    const { mostInterruptions = Number.POSITIVE_INFINITY } = this.#exploration;
    const last = this.#order.at(-1);
    if (last === undefined || !ready.includes(last)) return ready;
    const others = ready.filter((index) => index !== last);
    return this.#interruptions < mostInterruptions ? [last, ...others] : [last];
  }

  #awaited(): unknown {
    return this.#world === undefined ? undefined : this.#exploration.awaited(this.#world);
  }

  async check(): Promise<void> {
    try {
      for (const { failure } of this.#actors) if (failure !== undefined) throw failure;
      if (this.#world !== undefined) await this.#exploration.check(this.#world);
    } catch (error) {
      const steps = this.#actors.map(({ name, calls }) => `${name}: ${calls.join(', ')}`).join('\n');
      throw new Error(`Wrong after the order ${this.#order.join('')}:\n${steps}\n${String(error)}`, { cause: error });
    }
  }

  /** The processes that may have the next turn. A sleeper waits for a change; if no other process can continue, its time passes. */
  #ready(): readonly number[] {
    const awaited = this.#awaited();
    const waiting = this.#actors.flatMap((actor, index) => (actor.turn ? [index] : []));
    const awake = waiting.filter((index) => this.#actors[index]?.isAwake(awaited));
    if (awake.length === 0) return waiting;
    if (awake.some((index) => this.#actors[index]?.calls.length !== 0)) return awake;
    // The awake processes have not started, so a long sleep may end before they do.
    return waiting.filter((index) => awake.includes(index) || this.#actors[index]?.turn?.isLongSleep);
  }
}

/** One process with its place in the order. */
class Actor {
  readonly name: string;
  readonly calls: string[] = [];
  turn: Turn | undefined;
  /** A hash of everything that the process has seen. */
  past = '';
  failure: unknown;
  #isDone = false;
  #asleepAt: unknown;
  #onSettled: (() => void) | undefined;

  constructor(name: string) {
    this.name = name;
  }

  start(run: (gate: Gate) => Promise<unknown>): void {
    run((port) => this.#gated(port))
      .catch((error: unknown) => {
        this.failure = error;
      })
      .finally(() => {
        this.#isDone = true;
        // The process does nothing more, so what it has seen no longer matters.
        this.past = '';
        this.#onSettled?.();
      });
  }

  /** Resolves when the process waits for its turn, or has ended. */
  settled(): Promise<void> {
    if (this.#isDone || this.turn) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onSettled = resolve;
    });
  }

  isAwake(awaited: unknown): boolean {
    if (this.turn?.call !== 'sleep') return true;
    return !this.turn.isLongSleep && this.#asleepAt !== awaited;
  }

  async step(awaited: () => unknown): Promise<void> {
    const turn = this.turn;
    this.turn = undefined;
    turn?.go();
    await this.settled();
    this.#asleepAt = awaited();
  }

  #gated<Port extends object>(port: Port): Port {
    return new Proxy(port, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]) => {
          await this.#wait(String(name), args);
          return this.#note(String(name), () => member.apply(target, args));
        };
      },
    });
  }

  #wait(call: string, [first]: readonly unknown[]): Promise<void> {
    const isLongSleep = call === 'sleep' && Number(first) > LONGEST_POLL_MS;
    return new Promise((go) => {
      this.turn = { call, isLongSleep, go };
      this.#onSettled?.();
    });
  }

  async #note(call: string, act: () => unknown): Promise<unknown> {
    this.calls.push(call);
    try {
      const response = await act();
      this.past = hash(`${this.past} ${call} ${JSON.stringify(response, plain)}`);
      return response;
    } catch (error) {
      this.past = hash(`${this.past} ${call} ${String(error)}`);
      throw error;
    }
  }
}

function plain(_key: string, value: unknown): unknown {
  return value instanceof Map ? [...value] : value;
}

/** Twice 53 bits: short, fast, and long enough to rule out collisions in a test. */
function hash(text: string): string {
  return `${cyrb53(text, 1)}${cyrb53(text, 2)}`;
}

function cyrb53(text: string, seed: number): string {
  let [high, low] = [0xdeadbeef ^ seed, 0x41c6ce57 ^ seed];
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return (4294967296 * (2097151 & low) + (high >>> 0)).toString(36);
}
