/** The style sheet of the tenant's pages, and the script that sends an authorization response to another window. */
import type { Reply } from '../http.ts';

const STYLE = `
:root { color-scheme: light dark; --text: #1c1e21; --back: #f4f5f7; --card: #fff; --line: #767a80; --accent: #0b57d0; --on-accent: #fff; --error: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e8eaed; --back: #16181b; --card: #202327; --line: #9aa0a6; --accent: #a8c7fa; --on-accent: #0b1d36; --error: #f2b8b5; }
}
* { box-sizing: border-box; }
body { margin: 0; padding: 1rem; min-height: 100vh; display: grid; place-items: center; background: var(--back); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 24rem; padding: 2rem; border-radius: 0.75rem; background: var(--card); overflow-wrap: anywhere; }
h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.25; }
[role='alert'] { color: var(--error); }
label { display: block; margin: 1rem 0 0.25rem; }
input { width: 100%; padding: 0.6rem; border: 1px solid var(--line); border-radius: 0.4rem; background: transparent; color: inherit; font: inherit; }
button { width: 100%; margin-top: 1.5rem; padding: 0.7rem; border: 0; border-radius: 0.4rem; background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 600; cursor: pointer; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
`;

const WEB_MESSAGE = `
const { origin, message } = document.currentScript.dataset;
(window.opener ?? window.parent).postMessage(JSON.parse(message), origin);
`;

export function styleSheet(): Reply {
  return asset('text/css', STYLE);
}

export function webMessageScript(): Reply {
  return asset('text/javascript', WEB_MESSAGE);
}

function asset(type: string, body: string): Reply {
  return {
    status: 200,
    body,
    headers: { 'content-type': `${type}; charset=utf-8`, 'x-content-type-options': 'nosniff' },
  };
}
