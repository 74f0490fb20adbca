/** Finds the names that are most similar to an unknown one. For error messages only, never for a decision. */

/**
 * Returns the names with the smallest edit distance, nearest first. Ignores white space at the ends, case, scheme and
 * final slash.
 *
 * @param most how many names to return
 */
export function nearestNames(given: string, names: readonly string[], most = 3): readonly string[] {
  const measured = names.map((name) => ({ name, distance: distance(plain(given), plain(name)) }));
  return measured
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, most)
    .map(({ name }) => name);
}

function plain(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, '')
    .replace(/\/+$/, '');
}

/** Levenshtein distance, row by row. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1];
    for (let column = 1; column <= other.length; column += 1) {
      const substituted = (row[column - 1] ?? 0) + (letter === other[column - 1] ? 0 : 1);
      next.push(Math.min(substituted, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
