/** Leads a person through the run: asks before each change, shows progress, and notices Ctrl-C. */
import { CliError } from '../../src/cli/errors.ts';
import { waitFor } from '../../src/cli/progress.ts';
import { UsageError } from '../options.ts';
import type { AcceptancePorts } from './ports.ts';

/** Thrown at the next step after Ctrl-C. */
export class Interrupted extends Error {}

type GuidePorts = Pick<AcceptancePorts, 'terminal' | 'setTimer' | 'sleep'>;

/** Whether Ctrl-C was pressed. */
export interface Interruption {
  readonly hasCome: boolean;
  readonly first: Promise<void>;
}

export class Guide {
  readonly #ports: GuidePorts;
  readonly #yes: boolean;
  readonly #interruption: Interruption;

  /**
   * @param yes whether everything is allowed in advance
   * @throws UsageError if nobody can be asked
   */
  constructor(ports: GuidePorts, yes: boolean, interruption: Interruption) {
    if (!yes && !ports.terminal.canAsk) {
      throw new UsageError(
        'The run asks before each change, and there is no terminal to ask on. Run it in a terminal, or add --yes to allow every change.',
      );
    }
    this.#ports = ports;
    this.#yes = yes;
    this.#interruption = interruption;
  }

  note(line: string): void {
    this.#ports.terminal.note(line);
  }

  /**
   * Asks whether to make a change.
   *
   * @throws Interrupted
   */
  async allows(change: string): Promise<boolean> {
    if (this.#yes) return true;
    try {
      const reply = await this.#ports.terminal.ask(`${change} [y/N] `, false);
      return /^y(es)?$/i.test(reply.trim());
    } catch (error) {
      if (error instanceof CliError && error.code === 'interrupted') throw new Interrupted();
      throw error;
    }
  }

  /** Does a step that may take long, and reports that it does. A step that has begun is never cut short. */
  async step<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    this.goOn();
    return this.lastStep(what, work);
  }

  /** Does a step of the clean-up, also after Ctrl-C. */
  lastStep<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    return waitFor(what, work, this.#ports);
  }

  /** @throws Interrupted after Ctrl-C */
  goOn(): void {
    if (this.#interruption.hasCome) throw new Interrupted();
  }

  /** Waits. @throws Interrupted at Ctrl-C */
  async pause(milliseconds: number): Promise<void> {
    await Promise.race([this.#ports.sleep(milliseconds), this.#interruption.first]);
    this.goOn();
  }
}
