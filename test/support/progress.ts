/**
 * Reports before a test run how long it will take, and then its progress: at least every 20 seconds, even while a set-up
 * installs something or a long test file runs. The default reporter prints nothing until a file has ended.
 */
import type { Reporter, TestCase, TestModule, TestSpecification, Vitest } from 'vitest/node';

export interface ProgressPorts {
  readonly nowMs: () => number;
  /** Receives a line without its line feed. */
  readonly log: (line: string) => void;
  /** A terminal has the default reporter's live summary. */
  readonly isTerminal: boolean;
}

interface Expected {
  readonly tests: number;
  /** On two idle cores, with everything installed. */
  readonly seconds: number;
}

/** Measured in a whole run. Update these numbers when the closing lines of a run differ much. */
const EXPECTED: Readonly<Record<string, Expected>> = {
  unit: { tests: 2650, seconds: 15 },
  local: { tests: 1020, seconds: 120 },
  browser: { tests: 45, seconds: 90 },
  infra: { tests: 250, seconds: 70 },
  deploy: { tests: 175, seconds: 350 },
};

const SILENCE_MS = 15_000;
const CHECK_MS = 2000;
const NUMBERS = ['no projects', 'one project', 'two projects', 'three projects', 'four projects', 'five projects'];

export class Progress implements Reporter {
  readonly #ports: ProgressPorts;
  readonly #running = new Set<string>();
  #vitest: Pick<Vitest, 'globTestSpecifications'> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #startedAtMs = 0;
  #printedAtMs = 0;
  #passed = 0;
  #failed = 0;

  constructor(ports: ProgressPorts = SYSTEM) {
    this.#ports = ports;
  }

  onInit(vitest: Pick<Vitest, 'globTestSpecifications'>): void {
    this.#vitest = vitest;
  }

  async onTestRunStart(specifications: readonly TestSpecification[]): Promise<void> {
    this.#startedAtMs = this.#printedAtMs = this.#ports.nowMs();
    const all = (await this.#vitest?.globTestSpecifications()) ?? [];
    const line = expectation(wholeProjects(specifications, all));
    if (line !== undefined) this.#ports.log(line);
    if (this.#ports.isTerminal) return;
    this.#timer = setInterval(() => this.reportIfSilent(), CHECK_MS).unref();
  }

  onTestModuleStart({ relativeModuleId }: TestModule): void {
    this.#running.add(relativeModuleId);
  }

  onTestCaseResult(test: TestCase): void {
    const { state } = test.result();
    if (state === 'passed') this.#passed += 1;
    if (state === 'failed') this.#failed += 1;
  }

  /** The default reporter prints a line then. */
  onTestModuleEnd({ relativeModuleId }: TestModule): void {
    this.#running.delete(relativeModuleId);
    this.#printedAtMs = this.#ports.nowMs();
  }

  onTestRunEnd(): void {
    clearInterval(this.#timer);
  }

  reportIfSilent(): void {
    const nowMs = this.#ports.nowMs();
    if (nowMs - this.#printedAtMs < SILENCE_MS) return;
    this.#printedAtMs = nowMs;
    const running = this.#running.size > 0 ? `running ${[...this.#running].join(', ')}` : 'setting up';
    const time = inMinutes((nowMs - this.#startedAtMs) / 1000);
    this.#ports.log(`After ${time}: ${this.#passed} passed, ${this.#failed} failed so far; ${running}`);
  }
}

const SYSTEM: ProgressPorts = {
  nowMs: () => performance.now(),
  log: (line) => void process.stdout.write(`${line}\n`),
  isTerminal: process.stdout.isTTY,
};

type InProject = Pick<TestSpecification, 'project'>;

/** The projects whose files all run. */
function wholeProjects(chosen: readonly InProject[], all: readonly InProject[]): readonly string[] {
  const count = (specifications: readonly InProject[], name: string) =>
    specifications.filter(({ project }) => project.name === name).length;
  const names = [...new Set(chosen.map(({ project }) => project.name))];
  return names.every((name) => count(chosen, name) === count(all, name)) ? names : [];
}

/** @returns `undefined` if it is not known how long these projects take */
export function expectation(projects: readonly string[], known = EXPECTED): string | undefined {
  const expected = projects.map((name) => known[name]);
  if (expected.length === 0 || expected.includes(undefined)) return undefined;
  const sum = (key: keyof Expected) => expected.reduce((total, project) => total + (project?.[key] ?? 0), 0);
  const tests = Math.round(sum('tests') / 100) * 100;
  return `About ${tests} tests in ${NUMBERS[projects.length]}; about ${roughly(sum('seconds'))} on two cores.`;
}

function roughly(seconds: number): string {
  return seconds < 90 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`;
}

function inMinutes(seconds: number): string {
  const whole = Math.floor(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
