/** What a command is, and what it gets to work with. */
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
  /** What may stand beside the options, such as `ID`; `""` for nothing. */
  readonly operands: string;
  /** How many of them at most. */
  readonly mostOperands: number;
  /** What there is to know beyond the options; lines of at most 100 characters. */
  readonly description: string;
  readonly options: OptionTable;
  /** Each with what it is for. */
  readonly examples: readonly { readonly line: string; readonly purpose: string }[];
  run(context: Context): Promise<ExitCode>;
}

/** One run of a command. */
export interface Context {
  readonly args: Arguments;
  readonly settings: Settings;
  readonly ports: Ports;
  readonly interruption: Interruption;
  /** Whether the result is to be one JSON object on one line. */
  readonly isJson: boolean;
}
