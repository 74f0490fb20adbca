/** Shows lines of a log to a person, in columns that fit 80 characters as long as the route is short. */
import { printable } from '../printable.ts';
import { wordsOf } from '../reason-words.ts';
import type { Style } from '../style.ts';
import { SHOWN_DIGEST_CHARACTERS } from './log-filter.ts';
import { type AppPasswordLine, type DecisionLine, isDecision, type LogLine, type Outcome } from './log-record.ts';

/** What the caller got; 200 stands for any response of the backend. */
const STATUS: Readonly<Record<Outcome, string>> = {
  allow: '200',
  deny: '403',
  unauthenticated: '401',
  unavailable: '503',
};

const WIDTHS = { time: 9, status: 4, reason: 20, kind: 6, duration: 5, hit: 3, sub: SHOWN_DIGEST_CHARACTERS } as const;

const HEADINGS = {
  time: 'TIME',
  status: 'HTTP',
  reason: 'REASON',
  kind: 'KIND',
  duration: 'MS',
  hit: 'HIT',
  sub: 'SUB',
};

type Cells = Readonly<Record<keyof typeof WIDTHS, string>>;

/** Keeps the day of the line before, because lines show the time only. */
export class LineDisplay {
  readonly #style: Style;
  readonly #explains: boolean;
  #day = '';

  constructor(style: Style, { explains }: { readonly explains: boolean }) {
    this.#style = style;
    this.#explains = explains;
  }

  /** The texts for a line: the day and the headings if the day has changed, the line itself, and perhaps an explanation. */
  textsFor(line: LogLine): readonly string[] {
    const [day = ''] = line.time.split('T');
    const isNewDay = day !== this.#day;
    this.#day = day;
    const { bold, dim } = this.#style;
    const above = isNewDay ? [dim(`${day} (UTC)`), bold(columns(HEADINGS, 'ROUTE'))] : [];
    return [...above, ...(isDecision(line) ? this.#decision(line) : [this.#appPassword(line)])];
  }

  #decision(line: DecisionLine): readonly string[] {
    const { outcome, reason, kind, method, route, durationMs, cacheHit, sharedCache } = line;
    const cells = {
      ...commonCells(line),
      status: STATUS[outcome],
      reason,
      kind: kind ?? '-',
      duration: durationMs === null ? '-' : String(durationMs),
      hit: cacheHit || sharedCache === 'hit' ? 'yes' : '-',
    };
    const color = outcome === 'allow' ? this.#style.good : this.#style.bad;
    const text = columns(cells, [method, route].filter((part) => part !== null).join(' '), { status: color });
    const words = this.#explains ? explanationOf(line) : undefined;
    return words === undefined ? [text] : [text, this.#style.dim(`  ${printable(words)}`)];
  }

  #appPassword(line: AppPasswordLine): string {
    const { outcome, action, passwordId, code } = line;
    const cells = {
      ...commonCells(line),
      status: '-',
      reason: `app_password_${outcome}`,
      kind: '-',
      duration: '-',
      hit: '-',
    };
    const last = [passwordId ?? action, code].filter((part) => part !== null).join(' ');
    return columns(cells, last, { reason: code === null ? this.#style.bold : this.#style.bad });
  }
}

function commonCells(line: LogLine): Pick<Cells, 'time' | 'sub'> {
  return { time: timeOf(line), sub: shownSubject(line.sub) };
}

type Colors = { readonly [Name in keyof Cells]?: (padded: string) => string };

function columns(cells: Cells, last: string, colors: Colors = {}): string {
  const padded = columnNames().map((name) => {
    const text = printable(cells[name]);
    const wide = name === 'duration' ? text.padStart(WIDTHS[name]) : text.padEnd(WIDTHS[name]);
    return colors[name]?.(wide) ?? wide;
  });
  return `${padded.join(' ')} ${printable(last)}`;
}

function columnNames(): readonly (keyof Cells)[] {
  return ['time', 'status', 'reason', 'kind', 'duration', 'hit', 'sub'];
}

function timeOf({ time }: LogLine): string {
  return `${time.slice(11, 19)}Z`;
}

/** The beginning of a digest; a plain subject as it is. */
function shownSubject(sub: string | null): string {
  if (sub === null) return '-';
  return /^[\w-]{16}$/.test(sub) ? sub.slice(0, SHOWN_DIGEST_CHARACTERS) : sub;
}

function explanationOf({ reason, message }: DecisionLine): string | undefined {
  const words = wordsOf(reason);
  const parts = [words, message === null || message === words ? undefined : message].filter(
    (part) => part !== undefined,
  );
  return parts.length === 0 ? undefined : parts.join(': ');
}
