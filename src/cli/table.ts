/** Aligns rows in columns, by the width that a terminal gives to each letter: Chinese letters and emoji take two columns. */
import stringWidth from 'string-width';
import { printable } from './printable.ts';

/**
 * Aligns rows: each column is as wide as its widest cell, and the last one is not padded. Cells are made printable.
 *
 * @param decorate styles a cell after its width is measured
 */
export function table(
  rows: readonly (readonly string[])[],
  decorate: (cell: string, row: number, column: number) => string = (cell) => cell,
): readonly string[] {
  const cells = rows.map((row) => row.map(printable));
  const widths = cells.reduce<readonly number[]>(
    (known, row) => row.map((cell, column) => Math.max(known[column] ?? 0, stringWidth(cell))),
    [],
  );
  return cells.map((row, rowIndex) =>
    row
      .map((cell, column) => {
        const isLast = column === row.length - 1;
        const padding = isLast ? '' : ' '.repeat((widths[column] ?? 0) - stringWidth(cell) + 2);
        return decorate(cell, rowIndex, column) + padding;
      })
      .join(''),
  );
}
