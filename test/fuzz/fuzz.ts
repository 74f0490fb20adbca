/** The interface of every fuzz: many generated cases are compared with a plain model, reproducibly by a seed. */

export interface FuzzOptions {
  /** How many cases to run. */
  readonly cases: number;
  readonly seed: number;
  /** Called with each line of progress. */
  readonly report: (line: string) => void;
}

export interface Fuzz {
  /** The name for `npm run fuzz -- --only NAME`. */
  readonly name: string;
  /** Runs the cases. Throws at the first wrong case, with the seed and the case that reproduce it. */
  run(options: FuzzOptions): Promise<void>;
}
