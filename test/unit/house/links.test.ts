/** The links between the pages lead somewhere: to a file or folder that exists, and to a heading in it. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { PROJECT_DIRECTORY } from '../../../local/deployment/cdk-command.ts';
import { textOf } from '../../support/house/source-tree.ts';

const markdown = (folder: string) =>
  readdirSync(join(PROJECT_DIRECTORY, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
const PAGES = ['.', 'docs', 'docs/api', 'docs/decisions', 'examples'].flatMap(markdown);

const withoutCode = (page: string) => textOf(page).replaceAll(/^ *```.*?^ *```$/gms, '');

/** As GitHub makes the anchors of headings, with a number for a repeated one; and the anchors that the page itself sets. */
function anchors(page: string): readonly string[] {
  const text = withoutCode(page);
  const set = [...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id);
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-'),
  );
  const repeats = (index: number) => headings.slice(0, index).filter((heading) => heading === headings[index]).length;
  const numbered = headings.map((heading, index) => (repeats(index) > 0 ? `${heading}-${repeats(index)}` : heading));
  return [...set, ...numbered];
}

/** Returns what is wrong with a link; `undefined` if nothing is. */
function fault(page: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  const file = join(PROJECT_DIRECTORY, target);
  if (!existsSync(file)) return `${page}: ${link} does not exist`;
  if (anchor === undefined) return undefined;
  return statSync(file).isFile() && anchors(target).includes(anchor)
    ? undefined
    : `${page}: ${link} has no such heading`;
}

const linksOf = (page: string) => [...withoutCode(page).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)];

it('the relative links of all pages lead to files and headings that exist', () => {
  const links = PAGES.flatMap((page) => linksOf(page).map(([, link = '']) => ({ page, link })));
  expect(links.length).toBeGreaterThan(100);
  expect(links.flatMap(({ page, link }) => fault(page, link) ?? [])).toEqual([]);
});
