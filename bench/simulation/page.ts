/** Puts the tables into `docs/scaling.md`, between marks that name them, and makes the plots beside it. */
import { plotsOf } from './plots.ts';
import type { Recorded, RevocationDelay } from './recorded.ts';
import { renderSvg } from './render-svg.ts';
import { tablesOf } from './tables.ts';

const COMMAND = 'npm run simulate -- --write-docs';
const END = '<!-- end of the table -->';

/**
 * Replaces the tables of the page.
 *
 * @throws Error if the page lacks the marks of a table
 */
export function withTables(page: string, { findings, coldStarts: { date, machine } }: Recorded): string {
  const all = [...tablesOf(findings), ['machine', `Cold starts were measured on ${date} (${machine}).`] as const];
  return all.reduce((text, [name, table]) => replaceTable(text, name, table), page);
}

function replaceTable(page: string, name: string, table: string): string {
  const mark = `<!-- table "${name}", written by "${COMMAND}" -->`;
  const begin = page.indexOf(mark);
  const end = page.indexOf(END, begin);
  if (begin === -1 || end === -1) throw new Error(`docs/scaling.md lacks ${mark} or, after it, ${END}.`);
  return `${page.slice(0, begin)}${mark}\n\n${table}\n\n${page.slice(end)}`;
}

/** The plots as SVG, by file name. */
export async function plotFiles(
  recorded: Recorded,
  delays: readonly RevocationDelay[],
): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const { name, title, spec } of plotsOf(recorded, delays)) {
    files.set(`${name}.svg`, await renderSvg(spec, title));
  }
  return files;
}
