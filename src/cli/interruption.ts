/**
 * Ctrl-C outside of prompts. It ends a command at once, except while something is under way that would be lost by half: that
 * is finished first, unless Ctrl-C is pressed again.
 */
import { interrupted } from './errors.ts';

export class Interruption {
  /** Rejects with CliError `interrupted` when the command is to end. */
  readonly happened: Promise<never>;
  readonly #defer: () => void;
  #end: () => void = () => {};
  #protected = 0;
  #isDeferred = false;

  /** @param defer told when Ctrl-C has to wait */
  constructor(defer: () => void) {
    this.#defer = defer;
    this.happened = new Promise((_resolve, reject) => {
      this.#end = () => reject(interrupted());
    });
    // Whoever races against it hears of it; nobody else has to.
    this.happened.catch(() => {});
  }

  /** To be called for each Ctrl-C. */
  press(): void {
    if (this.#protected === 0 || this.#isDeferred) {
      this.#end();
      return;
    }
    this.#isDeferred = true;
    this.#defer();
  }

  /** Does work that Ctrl-C does not cut in two. What has to be shown of it belongs into the work. */
  async protect<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#protected += 1;
    try {
      return await work();
    } finally {
      this.#protected -= 1;
      if (this.#isDeferred && this.#protected === 0) this.#end();
    }
  }
}
