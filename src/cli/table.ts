/** Sets rows in columns. */
import { printable } from './printable.ts';

/**
 * Lays rows out, each column as wide as its widest cell, the last as it comes. Cells from outside are made printable.
 *
 * @param decorate sets off a cell after it has been measured
 */
export function table(
  rows: readonly (readonly string[])[],
  decorate: (cell: string, row: number, column: number) => string = (cell) => cell,
): readonly string[] {
  const cells = rows.map((row) => row.map(printable));
  const widths = cells.reduce<readonly number[]>(
    (known, row) => row.map((cell, column) => Math.max(known[column] ?? 0, [...cell].length)),
    [],
  );
  return cells.map((row, rowIndex) =>
    row
      .map((cell, column) => {
        const isLast = column === row.length - 1;
        const padding = isLast ? '' : ' '.repeat((widths[column] ?? 0) - [...cell].length + 2);
        return decorate(cell, rowIndex, column) + padding;
      })
      .join(''),
  );
}
