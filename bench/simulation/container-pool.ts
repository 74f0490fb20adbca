/** Lambda's containers: each handles one request at a time, a new one starts if all are busy, and idle ones end. */
import { Container, type ContainerPorts } from './container.ts';
import { IDLE_CONTAINER_ENDS_MS, type Scenario } from './scenario.ts';

export interface Placed {
  readonly container: Container;
  readonly isNew: boolean;
}

const SWEEP_MS = 60_000;

export class ContainerPool {
  readonly #ports: ContainerPorts;
  readonly #scenario: Scenario;
  /** The one that was used last is at the end. */
  #free: Container[];
  #count: number;
  #mostInUse = 0;

  constructor(ports: ContainerPorts, scenario: Scenario) {
    this.#ports = ports;
    this.#scenario = scenario;
    this.#free = Array.from({ length: scenario.warmContainers }, () => new Container(ports, scenario));
    this.#count = scenario.warmContainers;
    this.#sweepLater();
  }

  /** How many there are, busy or idle. */
  get size(): number {
    return this.#count;
  }

  /** The most that were busy at the same moment since the last question. */
  takeMostInUse(): number {
    const most = this.#mostInUse;
    this.#mostInUse = 0;
    return most;
  }

  /** Finds or starts a container for a request. */
  take(): Placed {
    const container = this.#takeFree();
    if (!container) {
      this.#count += 1;
      this.#ports.usage.containerStarts += 1;
    }
    this.#mostInUse = Math.max(this.#mostInUse, this.#count - this.#free.length);
    return container
      ? { container, isNew: false }
      : { container: new Container(this.#ports, this.#scenario), isNew: true };
  }

  giveBack(container: Container): void {
    container.idleSinceMs = this.#ports.time.clock();
    this.#free.push(container);
  }

  #takeFree(): Container | undefined {
    const last = this.#free.pop();
    if (!last || this.#scenario.placement === 'recent') return last;
    const chosen = this.#ports.random.below(this.#free.length + 1);
    const other = this.#free[chosen];
    if (!other) return last;
    this.#free[chosen] = last;
    return other;
  }

  #sweepLater(): void {
    this.#ports.time.after(SWEEP_MS, () => {
      this.#endIdle();
      this.#sweepLater();
    });
  }

  #endIdle(): void {
    const earliestMs = this.#ports.time.clock() - IDLE_CONTAINER_ENDS_MS;
    let endable = this.#count - this.#scenario.warmContainers;
    this.#free = this.#free.filter(({ idleSinceMs }) => {
      if (endable <= 0 || idleSinceMs >= earliestMs) return true;
      endable -= 1;
      this.#count -= 1;
      return false;
    });
  }
}
