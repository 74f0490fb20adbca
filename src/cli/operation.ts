/** What an operator's commands have in common: where they write, how they end. */

/** As the shell sees it. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export interface Output {
  /** Takes a line of the result. */
  readonly print: (line: string) => void;
  /** Takes a line for whoever watches; it is no part of the result. */
  readonly report: (line: string) => void;
}

/** The command line is at fault; nothing was tried. The message repeats no value. */
export class UsageError extends Error {}
