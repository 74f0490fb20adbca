/** Renders a plot as SVG, without a browser. The same plot always gives the same text. */
import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

/** @param title read aloud by screen readers */
export async function renderSvg(plot: TopLevelSpec, title: string): Promise<string> {
  const view = new View(parse(compile(plot).spec), { renderer: 'none' });
  try {
    const svg = await view.toSVG();
    // One label for the whole picture. Those of its parts would be read aloud one after another.
    const unlabelled = svg.replaceAll(/ (?:role|aria-[a-z]+)="[^"]*"/g, '');
    return `${unlabelled.replace(/^<svg([^>]*)>/, `<svg$1 role="img" aria-label="${title}"><title>${title}</title>`)}\n`;
  } finally {
    view.finalize();
  }
}
