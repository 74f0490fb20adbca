/** What commands speak and listen through: results to one stream, everything for people to another, prompts, standard input. */
import type { Style } from './style.ts';

export interface Terminal {
  /** Prints a line of the result: standard output. */
  print(line: string): void;
  /**
   * Prints a line that must not be lost.
   *
   * @throws CliError `output_unusable` if it cannot be written, or nobody is there to read it
   */
  deliver(line: string): Promise<void>;
  /** Prints a line for the person who waits: standard error. */
  note(line: string): void;
  /** How words in the result may be set off. */
  readonly style: Style;
  /** Whether there is somebody to ask. */
  readonly canAsk: boolean;
  /**
   * Asks for one line.
   *
   * @param isSecret do not show what is typed
   * @throws CliError `interrupted` on Ctrl-C, or at the end of the input
   */
  ask(question: string, isSecret: boolean): Promise<string>;
  /** Whether standard input is piped or a file, so that it can be read to its end. */
  readonly hasInput: boolean;
  /** @throws CliError `usage` if it is longer than any token */
  readInput(): Promise<string>;
}
