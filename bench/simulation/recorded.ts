/** What `docs/scaling.md` is made from: recorded results in `docs/scaling/`. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Findings } from './experiments.ts';

export interface ColdStart {
  readonly subject: string;
  /** Above a function that does nothing. */
  readonly milliseconds: number;
  readonly isOurs: boolean;
}

/** Measured by `test/local/main-job/revocation.test.ts`, and written by hand. */
export interface RevocationDelay {
  readonly configuration: string;
  readonly seconds: number;
  readonly isOurs: boolean;
}

export interface Recorded {
  readonly findings: Findings;
  readonly coldStarts: {
    /** Such as `2026-11-30`. */
    readonly date: string;
    /** Such as `2 processors, Node 20.20.2`. */
    readonly machine: string;
    readonly starts: readonly ColdStart[];
  };
}

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
/** With a trailing slash. */
export const DOCS = `${PROJECT}docs/`;
export const PAGE = `${DOCS}scaling.md`;
const RESULTS = `${DOCS}scaling/results.json`;
const DELAYS = `${DOCS}scaling/revocation-delays.json`;

/** Reads what this command has written. */
export function readRecorded(): Recorded {
  return JSON.parse(readFileSync(RESULTS, 'utf8'));
}

export function readRevocationDelays(): readonly RevocationDelay[] {
  return JSON.parse(readFileSync(DELAYS, 'utf8'));
}
