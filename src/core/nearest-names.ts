/** Finds the names that are similar to an unknown one. For error messages only, never for a decision. */

/** How many of the letters of a name may be wrong. Above a third, a suggestion would only confuse. */
const WRONG_SHARE = 1 / 3;

/**
 * Returns the names that differ by a third of their letters at most, nearest first. Ignores white space at the ends, case,
 * scheme and final slash.
 *
 * @param most how many names to return
 */
export function nearestNames(given: string, names: readonly string[], most = 3): readonly string[] {
  const compared = plain(given);
  const measured = names.map((name) => ({ name, plainName: plain(name), distance: distance(compared, plain(name)) }));
  return measured
    .filter(({ plainName, distance }) => distance <= Math.max(compared.length, plainName.length) * WRONG_SHARE)
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
