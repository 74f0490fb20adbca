/** Parses the `console` blocks of a Markdown page: commands after `$ `, and their output. */

export interface Step {
  readonly command: string;
  /** With the final line feed, if there is any output. */
  readonly output: string;
}

/** Reads the steps in the order of the page. */
export function parseTranscript(markdown: string): readonly Step[] {
  const blocks = [...markdown.matchAll(/^```console\n(.*?)^```$/gms)].map(([, block = '']) => block);
  return blocks.flatMap((block) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((step) => {
        const end = step.indexOf('\n');
        return { command: step.slice(0, end), output: step.slice(end + 1) };
      }),
  );
}

/** Values that differ from run to run. Their places in two texts are matched one by one. */
const VARIABLE = /asp_[0-9a-f]{16}|\b[A-Za-z]{16}$|(?<=Bearer )[A-Za-z]{16}\b|(?<=key |^|\n)[\w-]{43}\b/gm;

/** Maps values on the page to values of this run. */
export class Counterparts {
  readonly #ofRun = new Map<string, string>();

  /** Learns from the output of a command and its output on the page. */
  learn(documented: string, actual: string): void {
    const found = [...actual.matchAll(VARIABLE)].map(([value]) => value);
    for (const [index, [value]] of [...documented.matchAll(VARIABLE)].entries()) {
      const counterpart = found[index];
      if (counterpart !== undefined && !this.#ofRun.has(value)) this.#ofRun.set(value, counterpart);
    }
  }

  /** Replaces the values on the page with those of this run. */
  toRun(documented: string): string {
    return documented.replaceAll(VARIABLE, (value) => this.#ofRun.get(value) ?? value);
  }
}

/** Removes times, and the widths of columns that depend on them. */
export function withoutTimes(text: string): string {
  return text
    .replace(/\d{4}-\d\d-\d\dT[\d:]+Z \([^)]*\)/g, 'TIME')
    .replace(/"exp":"\d+"/g, '"exp":"SECONDS"')
    .replace(/ {2,}/g, '  ');
}
