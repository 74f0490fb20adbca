import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderMarkdown, slugOf } from '../../../../local/inspector/markdown.ts';

const render = (markdown: string) =>
  renderMarkdown(markdown, (target) => (target === 'a.md' ? '/docs/a.md' : undefined));

describe('renderMarkdown', () => {
  it.each([
    ['# A `b` c', '<h1 id="a-b-c">A <code>b</code> c</h1>'],
    ['one\ntwo **three**', '<p>one two <strong>three</strong></p>'],
    ['- one\n  more\n- two', '<ul><li>one more</li><li>two</li></ul>'],
    ['1. one\n2. two', '<ol><li>one</li><li>two</li></ol>'],
    ['```js\na < b\n```', '<pre tabindex="0"><code>a &lt; b</code></pre>'],
    ['[here](a.md) and [there](b.md)', '<p><a href="/docs/a.md">here</a> and there</p>'],
    ['text\n- item', '<p>text</p>\n<ul><li>item</li></ul>'],
    ['', ''],
  ])('renders %j', (markdown, html) => {
    expect(render(markdown)).toBe(html);
  });

  it('gives the row about a word in backticks its id', () => {
    expect(render('| a | b |\n| --- | --- |\n| `word_1` | x \\| y |')).toContain(
      '<tr id="word_1"><td><code>word_1</code></td><td>x | y</td></tr>',
    );
  });

  it('makes no tag and no attribute of what is in the text', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...'<>"\'&`*[]()|#-1. \n', 'script', 'onload=', 'a.md')), (parts) => {
        const html = renderMarkdown(parts.join(''), () => `"'><script>`);
        const tags = [...html.matchAll(/<[^>]*>/g)].map(([tag]) => tag);
        for (const tag of tags)
          expect(tag).toMatch(
            /^<\/?(?:h[1-6]|p|ul|ol|li|pre|code|strong|table|thead|tbody|tr|th|td|div|a)(?: (?:id|class|tabindex|scope|href)="[^"<>]*")*>$/,
          );
        expect(html.replaceAll(/<[^>]*>/g, '')).not.toMatch(/[<>"']/);
      }),
      { numRuns: 2000 },
    );
  });

  it('renders every text', () => {
    fc.assert(fc.property(fc.string(), (text) => typeof render(text) === 'string'));
  });
});

describe('slugOf', () => {
  it.each([
    ['From `Authorization` to a decision', 'from-authorization-to-a-decision'],
    ['401: the credential (`outcome: x`)', '401-the-credential-outcome-x'],
    ['REST API or HTTP API?', 'rest-api-or-http-api'],
  ])('%s', (title, slug) => {
    expect(slugOf(title)).toBe(slug);
  });
});
