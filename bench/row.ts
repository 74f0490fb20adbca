/** A row of the table: a contender's result, its relation to the floor, and our aim. */

export interface Row {
  /** The name of the path in `docs/performance.md`. */
  readonly path: string;
  readonly subject: string;
  readonly value: number;
  readonly unit: 'µs' | 'ms' | 'calls' | '×' | 'KB' | 'modules';
  /** Compared with the floor of the path: the ratio, or the difference in the row's unit. */
  readonly toFloor?: { readonly by: 'ratio' | 'difference'; readonly value: number };
  /** Only some rows have an aim. */
  readonly aim?: Aim;
}

export interface Aim {
  readonly text: string;
  readonly met: boolean;
}

export function atMost(value: number, maximum: number, text: string): Aim {
  return { text: `at most ${text}`, met: value <= maximum };
}
