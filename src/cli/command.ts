/** A command, and what it works with. */
import type { Arguments } from './arguments.ts';
import type { ExitCode } from './exit-code.ts';
import type { Interruption } from './interruption.ts';
import type { OptionTable } from './options.ts';
import type { Ports } from './ports.ts';
import type { Settings } from './settings.ts';

export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** The arguments besides the options, such as `ID`; `""` for none. */
  readonly operands: string;
  /** Their maximum number. */
  readonly mostOperands: number;
  /** What `--help` explains besides the options, in lines of at most 120 characters. */
  readonly description: string;
  readonly options: OptionTable;
  /** Each with its purpose. */
  readonly examples: readonly { readonly line: string; readonly purpose: string }[];
  run(context: Context): Promise<ExitCode>;
}

/** One run of a command. */
export interface Context {
  readonly args: Arguments;
  readonly settings: Settings;
  readonly ports: Ports;
  readonly interruption: Interruption;
  /** Whether to print the result as one JSON object on one line. */
  readonly isJson: boolean;
}
