/** Formats Markdown tables that are also readable in a terminal. */
import type { Row } from './row.ts';

const HEAD = ['path', 'contender', 'median', 'to the floor', 'aim', ''];

export function toTable(rows: readonly Row[]): string {
  return alignedTable(
    HEAD,
    rows.map((row, index) => toCells(row, rows[index - 1])),
  );
}

export function alignedTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [heads, ...rows];
  const widths = heads.map((_, column) => Math.max(3, ...cells.map((line) => (line[column] ?? '').length)));
  const write = (line: readonly string[]) =>
    `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = '', ...body] = cells.map(write);
  return [head, write(widths.map((width) => '-'.repeat(width))), ...body].join('\n');
}

/** The path appears only in its first row. */
function toCells({ path, subject, value, unit, toFloor, aim }: Row, previous: Row | undefined): readonly string[] {
  return [
    path === previous?.path ? '' : path,
    subject,
    `${round(value)} ${unit}`,
    toFloor ? `${toFloor.by === 'ratio' ? '×' : '+'} ${round(toFloor.value)}` : '',
    aim?.text ?? '',
    aim ? (aim.met ? 'met' : 'missed') : '',
  ];
}

function round(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}
