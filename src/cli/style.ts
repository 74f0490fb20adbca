/** Colours for the terminal, if it has any. */

export type Style = Readonly<Record<'bold' | 'dim' | 'good' | 'bad', (text: string) => string>>;

const CODES = { bold: [1, 22], dim: [2, 22], good: [32, 39], bad: [31, 39] } as const;

/** Creates a style. Without colour, it leaves texts unchanged. */
export function createStyle(hasColor: boolean): Style {
  const wrap = (name: keyof typeof CODES) => (text: string) =>
    hasColor ? `\u001b[${CODES[name][0]}m${text}\u001b[${CODES[name][1]}m` : text;
  return { bold: wrap('bold'), dim: wrap('dim'), good: wrap('good'), bad: wrap('bad') };
}

/**
 * Whether a stream gets colours: only a terminal that supports them, unless `NO_COLOR` is set.
 *
 * @see https://no-color.org
 */
export function wantsColor(
  { isTTY = false }: { readonly isTTY?: boolean },
  { NO_COLOR, TERM }: Readonly<Record<string, string | undefined>>,
): boolean {
  return isTTY && TERM !== 'dumb' && (NO_COLOR === undefined || NO_COLOR === '');
}
