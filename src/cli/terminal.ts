/** How commands read and write: results on one stream, notes for people on another, prompts, and standard input. */
import type { Style } from './style.ts';

export interface Terminal {
  /** Prints a line of the result: standard output. */
  print(line: string): void;
  /**
   * Prints a line that must not be lost.
   *
   * @throws CliError `output_unusable` if it cannot be written, or nobody reads it
   */
  deliver(line: string): Promise<void>;
  /** Prints a line for people, which is not part of the result: standard error. */
  note(line: string): void;
  /** Colours for words in the result. */
  readonly style: Style;
  /** Whether there is a person to ask. */
  readonly canAsk: boolean;
  /**
   * Asks for one line.
   *
   * @param isSecret hides what is typed
   * @throws CliError `interrupted` on Ctrl-C, or at the end of the input
   */
  ask(question: string, isSecret: boolean): Promise<string>;
  /** Whether standard input is a pipe or a file, so that it can be read to its end. */
  readonly hasInput: boolean;
  /** @throws CliError `usage` if the input is longer than any token */
  readInput(): Promise<string>;
}
