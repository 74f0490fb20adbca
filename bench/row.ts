/** A line of the table: what was measured of whom, how it stands to the floor, and what we aim at. */

export interface Row {
  /** As `docs/performance.md` names it. */
  readonly path: string;
  readonly subject: string;
  readonly value: number;
  readonly unit: 'µs' | 'ms' | 'calls' | '×';
  /** To the path's floor: a quotient, or what is above it in the row's unit. */
  readonly toFloor?: { readonly by: 'ratio' | 'difference'; readonly value: number };
  /** On the rows that have one. */
  readonly aim?: Aim;
}

export interface Aim {
  readonly text: string;
  readonly met: boolean;
}

export function atMost(value: number, maximum: number, text: string): Aim {
  return { text: `at most ${text}`, met: value <= maximum };
}
