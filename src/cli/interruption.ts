/**
 * Ctrl-C outside of prompts. It ends a command at once, except during work that must not stop halfway: that work is finished
 * first, unless Ctrl-C is pressed again.
 */
import { interrupted } from './errors.ts';

export class Interruption {
  /** Rejects when the command must end: with CliError `interrupted`, or with the error of the work that was finished first. */
  readonly happened: Promise<never>;
  readonly #defer: () => void;
  #end: (error?: unknown) => void = () => {};
  #protected = 0;
  #isDeferred = false;

  /** @param defer is called when Ctrl-C has to wait */
  constructor(defer: () => void) {
    this.#defer = defer;
    this.happened = new Promise((_resolve, reject) => {
      this.#end = (error = interrupted()) => reject(error);
    });
    // Only `Promise.race` needs the rejection. Without a handler, Node would report it as unhandled.
    this.happened.catch(() => {});
  }

  /** Call this for each Ctrl-C. */
  press(): void {
    if (this.#protected === 0 || this.#isDeferred) {
      this.#end();
      return;
    }
    this.#isDeferred = true;
    this.#defer();
  }

  /** Runs work that a first Ctrl-C does not stop. Printing its result must be part of the work. */
  async protect<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#protected += 1;
    try {
      return await work();
    } catch (error) {
      // What the work left undone matters more than that Ctrl-C was pressed.
      if (this.#isDeferred && this.#protected === 1) this.#end(error);
      throw error;
    } finally {
      this.#protected -= 1;
      if (this.#isDeferred && this.#protected === 0) this.#end();
    }
  }
}
