/** Writes pages for browsers: text is escaped, and a strict policy forbids scripts, frames and everything from elsewhere. */
import type { Reply } from '../http.ts';

export interface PagePolicy {
  /** Where a form, and the redirects after it, may go. @default nowhere */
  readonly formAction?: string;
  /** @default "'none'" */
  readonly scripts?: string;
  /** Who may show the page in a frame. @default "'none'" */
  readonly frameAncestors?: string;
}

/** Text that may stand in an element or in a quoted attribute. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Joins HTML and values; every value that is not HTML itself is escaped. */
export function html(parts: TemplateStringsArray, ...values: readonly (string | Html)[]): Html {
  const texts = values.map((value) => (value instanceof Html ? value.text : escapeText(value)));
  return new Html(parts.map((part, index) => `${part}${texts[index] ?? ''}`).join(''));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

export function pageReply(status: number, title: string, main: Html, policy: PagePolicy = {}): Reply {
  const body = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/u/style.css">
</head>
<body>
<main>
${main}
</main>
</body>
</html>
`;
  return { status, body: body.text, headers: pageHeaders(policy) };
}

function pageHeaders(policy: PagePolicy): Readonly<Record<string, string>> {
  const { formAction = "'none'", scripts = "'none'", frameAncestors = "'none'" } = policy;
  const directives = [
    "default-src 'none'",
    "style-src 'self'",
    'img-src data:',
    `script-src ${scripts}`,
    `form-action ${formAction}`,
    `frame-ancestors ${frameAncestors}`,
    "base-uri 'none'",
  ];
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': directives.join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
    ...(frameAncestors === "'none'" && { 'x-frame-options': 'DENY' }),
  };
}

/** A page for an error that must not be sent to any redirect URI. */
export function errorPage(status: number, message: string): Reply {
  const main = html`<h1>Something went wrong</h1>
<p role="alert">${message}</p>`;
  return pageReply(status, 'Something went wrong', main);
}
