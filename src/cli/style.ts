/** Colours, or none. */

export type Style = Readonly<Record<'bold' | 'dim' | 'good' | 'bad', (text: string) => string>>;

const CODES = { bold: [1, 22], dim: [2, 22], good: [32, 39], bad: [31, 39] } as const;

/** Makes a style; one without colour leaves texts as they are. */
export function createStyle(hasColor: boolean): Style {
  const wrap = (name: keyof typeof CODES) => (text: string) =>
    hasColor ? `\u001b[${CODES[name][0]}m${text}\u001b[${CODES[name][1]}m` : text;
  return { bold: wrap('bold'), dim: wrap('dim'), good: wrap('good'), bad: wrap('bad') };
}

/**
 * Says whether a stream gets colours: a terminal that knows them, unless `NO_COLOR` is set.
 *
 * @see https://no-color.org
 */
export function wantsColor(
  { isTTY = false }: { readonly isTTY?: boolean },
  { NO_COLOR, TERM }: Readonly<Record<string, string | undefined>>,
): boolean {
  return isTTY && TERM !== 'dumb' && (NO_COLOR === undefined || NO_COLOR === '');
}
