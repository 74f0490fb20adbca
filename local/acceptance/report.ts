/** Collects what an acceptance run found: checks, which have an expected result, and findings, which only say what was seen. */

export type Verdict = 'as expected' | 'different' | 'not tried';

export interface Check {
  /** Such as `Credentials`. */
  readonly section: string;
  readonly title: string;
  readonly verdict: Verdict;
  /** What happened; for `not tried`, why. */
  readonly got: string;
  readonly expected?: string;
}

/** What was seen about something that the vendors' documentation does not say. */
export interface Finding {
  readonly question: string;
  readonly seen: boolean;
  /** What was seen; otherwise why not, and how to look. */
  readonly answer: string;
}

export interface Subject {
  readonly stackPrefix: string;
  readonly issuer: string;
  readonly audience: string;
  readonly account: string;
  readonly region: string;
}

export class Report {
  readonly subject: Subject;
  readonly checks: Check[] = [];
  readonly findings: Finding[] = [];
  /** What the run created and did not remove, each with how to remove it. */
  readonly leftBehind: string[] = [];
  seconds = 0;
  readonly #redact: (text: string) => string;
  #incomplete: string | undefined;

  constructor(subject: Subject, redact: (text: string) => string) {
    this.subject = subject;
    this.#redact = redact;
  }

  /** Why the run ended early. */
  get incomplete(): string | undefined {
    return this.#incomplete;
  }

  set incomplete(why: string | undefined) {
    this.#incomplete = why === undefined ? undefined : this.#redact(why);
  }

  /** Adds a check that passes if both texts are the same. */
  compare(section: string, title: string, got: string, expected: string): void {
    this.judge(section, title, got === expected, got, expected);
  }

  judge(section: string, title: string, isAsExpected: boolean, got: string, expected: string): void {
    const verdict = isAsExpected ? 'as expected' : 'different';
    this.checks.push({ section, title, verdict, got: this.#redact(got), expected: this.#redact(expected) });
  }

  notTried(section: string, title: string, why: string): void {
    this.checks.push({ section, title, verdict: 'not tried', got: this.#redact(why) });
  }

  saw(question: string, answer: string): void {
    this.findings.push({ question, seen: true, answer: this.#redact(answer) });
  }

  /** @param how such as `the tenant did not respond. Look at …` */
  didNotSee(question: string, how: string): void {
    this.findings.push({ question, seen: false, answer: this.#redact(how) });
  }

  leave(what: string): void {
    this.leftBehind.push(this.#redact(what));
  }

  get isAsExpected(): boolean {
    const isSo = this.checks.every(({ verdict }) => verdict !== 'different');
    return isSo && this.incomplete === undefined && this.leftBehind.length === 0;
  }

  count(verdict: Verdict): number {
    return this.checks.filter((check) => check.verdict === verdict).length;
  }
}
