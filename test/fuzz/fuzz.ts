/** What every fuzz test has in common: many generated cases against a plain model, reproducible by a seed. */

export interface FuzzOptions {
  /** How many cases to run. */
  readonly cases: number;
  readonly seed: number;
  /** Takes a line of progress. */
  readonly report: (line: string) => void;
}

export interface Fuzz {
  /** As `npm run fuzz -- --only NAME` knows it. */
  readonly name: string;
  /** Runs the cases. Throws on the first wrong one, with the seed and the case that show it. */
  run(options: FuzzOptions): Promise<void>;
}
