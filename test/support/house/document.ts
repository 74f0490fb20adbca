/** Reads `docs/architecture.md`: its sections, tables and numbered lists. */
import { textOf } from './source-tree.ts';

export const ARCHITECTURE = 'docs/architecture.md';

/**
 * The text below a heading of any level, up to the next heading.
 *
 * @throws Error if the heading is missing
 */
export function section(heading: string): string {
  const found = textOf(ARCHITECTURE)
    .split(/^#+ /m)
    .find((text) => text.startsWith(`${heading}\n`));
  if (found === undefined) throw new Error(`${ARCHITECTURE} has no heading "${heading}".`);
  return found.slice(heading.length);
}

/** The cells of the first table with this header row, without the header. */
export function tableRows(text: string, ...header: readonly string[]): readonly (readonly string[])[] {
  const rows = text.split('\n').map(cellsOf);
  const start = rows.findIndex((cells) => cells.join('|') === header.join('|'));
  if (start === -1) throw new Error(`${ARCHITECTURE} has no table with the columns ${header.join(', ')}.`);
  const body = rows.slice(start + 2);
  const end = body.findIndex((cells) => cells.length !== header.length);
  return end === -1 ? body : body.slice(0, end);
}

/** The text of each step of a numbered list, including the further lines of the step. */
export function steps(text: string): readonly string[] {
  return text
    .split(/^\d+\. /m)
    .slice(1)
    .map((step) => step.split(/\n(?!\s+\S)/)[0] ?? '');
}

/** The texts between backticks. */
export function codeSpans(text: string): readonly string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span);
}

function cellsOf(line: string): readonly string[] {
  if (!line.startsWith('|')) return [];
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}
