/**
 * Renders the Markdown of our docs as HTML: headings, paragraphs, lists, tables and code. Every text is escaped, so nothing in a document
 * can become a tag or an attribute.
 */

/** A relative link, in another document or to a heading. */
export type ResolveLink = (target: string) => string | undefined;

const BLOCK = /^(?:#{1,6} |```|\||[-*] |\d+\. )/;

/** @param resolve returns the address of a link; `undefined` shows its text only */
export function renderMarkdown(markdown: string, resolve: ResolveLink): string {
  const lines = markdown.split('\n');
  const html: string[] = [];
  while (lines.length > 0) {
    const block = takeBlock(lines);
    if (block.length > 0) html.push(renderBlock(block, resolve));
  }
  return html.join('\n');
}

/** Removes the next block from the lines. */
function takeBlock(lines: string[]): readonly string[] {
  const first = lines.shift() ?? '';
  if (first.startsWith('```')) {
    const end = lines.findIndex((line) => line.startsWith('```'));
    const code = lines.splice(0, end < 0 ? lines.length : end);
    lines.shift();
    return [first, ...code];
  }
  if (first.trim() === '' || first.startsWith('#')) return first.trim() === '' ? [] : [first];
  const isTable = first.startsWith('|');
  const length = lines.findIndex(
    (line) => line.trim() === '' || (isTable ? !line.startsWith('|') : isOther(first, line)),
  );
  return [first, ...lines.splice(0, length < 0 ? lines.length : length)];
}

/** Whether a line begins a block of another kind. */
function isOther(first: string, line: string): boolean {
  return BLOCK.test(line) && !isListItem(first);
}

function isListItem(line: string): boolean {
  return /^(?:[-*]|\d+\.) /.test(line);
}

function renderBlock(block: readonly string[], resolve: ResolveLink): string {
  const [first = '', ...others] = block;
  if (first.startsWith('```')) return `<pre tabindex="0"><code>${escapeHtml(others.join('\n'))}</code></pre>`;
  const [, marks = '', title = ''] = /^(#{1,6}) (.*)$/.exec(first) ?? [];
  if (marks !== '')
    return `<h${marks.length} id="${escapeHtml(slugOf(title))}">${inline(title, resolve)}</h${marks.length}>`;
  if (first.startsWith('|')) return table(block, resolve);
  if (isListItem(first)) return list(block, resolve);
  return `<p>${inline(block.join(' '), resolve)}</p>`;
}

function list(lines: readonly string[], resolve: ResolveLink): string {
  const items: string[] = [];
  for (const line of lines) {
    if (isListItem(line)) items.push(line.replace(/^\S+ /, ''));
    else items.push(`${items.pop() ?? ''} ${line.trim()}`);
  }
  const name = /^\d/.test(lines[0] ?? '') ? 'ol' : 'ul';
  return `<${name}>${items.map((item) => `<li>${inline(item, resolve)}</li>`).join('')}</${name}>`;
}

function table([head = '', _line, ...rows]: readonly string[], resolve: ResolveLink): string {
  const header = cellsOf(head).map((cell) => `<th scope="col">${inline(cell, resolve)}</th>`);
  const body = rows.map((row) => {
    const cells = cellsOf(row);
    return `<tr${idOf(cells[0] ?? '')}>${cells.map((cell) => `<td>${inline(cell, resolve)}</td>`).join('')}</tr>`;
  });
  return `<div class="wide" tabindex="0"><table><thead><tr>${header.join('')}</tr></thead><tbody>${body.join('')}</tbody></table></div>`;
}

/** A row about one word in backticks has it as its id, so that a link can lead there. */
function idOf(cell: string): string {
  const word = /^`([\w.-]+)`$/.exec(cell)?.[1];
  return word === undefined ? '' : ` id="${escapeHtml(word)}"`;
}

function cellsOf(row: string): readonly string[] {
  const inner = row.trim().replace(/^\|/, '').replace(/\|$/, '');
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|'));
}

/** As GitHub makes the id of a heading. */
export function slugOf(title: string): string {
  return title
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\- _]/gu, '')
    .replaceAll(' ', '-');
}

const INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]*)\]\(([^)\s]*)\)/;

function inline(text: string, resolve: ResolveLink): string {
  const found = INLINE.exec(text);
  if (!found) return escapeHtml(text);
  const [whole, code, strong, label = '', target = ''] = found;
  const before = escapeHtml(text.slice(0, found.index));
  const after = inline(text.slice(found.index + whole.length), resolve);
  if (code !== undefined) return `${before}<code>${escapeHtml(code)}</code>${after}`;
  if (strong !== undefined) return `${before}<strong>${inline(strong, resolve)}</strong>${after}`;
  const href = resolve(target);
  const link = inline(label, () => undefined);
  return `${before}${href === undefined ? link : `<a href="${escapeHtml(href)}">${link}</a>`}${after}`;
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
