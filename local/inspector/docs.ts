/** The project's docs, below `/.local/docs/`. */
import { readFile } from 'node:fs/promises';
import { escapeHtml, renderMarkdown } from './markdown.ts';

export const DOCS_PATH = '/.local/docs/';
const DOCS = new URL('../../docs/', import.meta.url);
const PAGE = /^(?:decisions\/)?[\w-]+\.md$/;

/**
 * Renders a page.
 *
 * @param name such as `limits.md`
 * @returns `undefined` if there is no such page
 */
export async function renderDocs(name: string): Promise<string | undefined> {
  if (!PAGE.test(name)) return undefined;
  const markdown = await readFile(new URL(name, DOCS), 'utf8').catch(() => undefined);
  if (markdown === undefined) return undefined;
  const title = /^# (.*)$/m.exec(markdown)?.[1] ?? name;
  const body = renderMarkdown(markdown, (target) => addressOf(target, name));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title.replaceAll('`', ''))}</title>
<link rel="icon" href="/.local/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/.local/styles.css">
</head>
<body class="docs">
<nav aria-label="Back"><a href="/.local/">What happens to my request</a></nav>
<main>
${body}
</main>
</body>
</html>
`;
}

/** Links to other docs and to the web stay. Files of the repository are not served. */
function addressOf(target: string, from: string): string | undefined {
  if (/^https:\/\//.test(target)) return target;
  if (target.startsWith('#')) return target;
  const { pathname, hash } = new URL(target, `http://docs${DOCS_PATH}${from}`);
  return pathname.startsWith(DOCS_PATH) && PAGE.test(pathname.slice(DOCS_PATH.length))
    ? `${pathname}${hash}`
    : undefined;
}
