/** Shows what happened to a request: the verdict, the way, the steps, and what came back. */
import { element, fillText } from '../app-passwords/dom.ts';
import type { Story, Verdict } from './protocol.ts';
import { formatMs, linkTo, stepsOf } from './steps-view.ts';
import { OUTCOMES, TEXTS } from './texts.ts';
import { wayOf } from './way.ts';

export function emptyStory(): Node {
  return element(
    'section',
    { class: 'card empty', 'aria-labelledby': 'empty-title' },
    element('h2', { id: 'empty-title' }, TEXTS.emptyTitle),
    element('p', {}, TEXTS.empty),
  );
}

export function storyView(story: Story): readonly Node[] {
  return [
    verdictOf(story.verdict, story),
    section('way-title', TEXTS.wayTitle, wayOf(story)),
    section('steps-title', TEXTS.stepsTitle, stepsOf(story.steps)),
    section('returned-title', TEXTS.returnedTitle, ...returnedOf(story)),
  ];
}

function section(id: string, title: string, ...children: readonly Node[]): HTMLElement {
  return element('section', { class: 'card', 'aria-labelledby': id }, element('h2', { id }, title), ...children);
}

function verdictOf({ outcome, reason, words, rule }: Verdict, { response, durationMs }: Story): HTMLElement {
  return element(
    'section',
    { class: `card verdict ${outcome}`, 'aria-labelledby': 'verdict-title' },
    element('p', { class: 'status', 'aria-hidden': 'true' }, String(response.status)),
    element(
      'div',
      { class: 'verdict-words' },
      element(
        'h2',
        { id: 'verdict-title' },
        element('span', { class: 'visually-hidden' }, `${response.status} `),
        OUTCOMES[outcome],
        reason === undefined ? undefined : element('code', { class: 'reason' }, reason),
      ),
      element('p', {}, words),
      element(
        'p',
        { class: 'rule' },
        fillText(TEXTS.total, { ms: formatMs(durationMs) }),
        rule ? '. ' : undefined,
        rule ? `${TEXTS.rule} ` : undefined,
        rule ? linkTo(rule) : undefined,
      ),
    ),
  );
}

function returnedOf({ response, policy, context }: Story): readonly HTMLElement[] {
  return [
    part(TEXTS.headers, true, pairs(response.headers)),
    part(TEXTS.body, true, response.body === '' ? hint(TEXTS.emptyBody) : code(indented(response.body))),
    part(TEXTS.policy, false, policy === undefined ? hint(TEXTS.noPolicy) : code(policy)),
    part(TEXTS.context, false, context === undefined ? hint(TEXTS.noContext) : pairs(Object.entries(context))),
  ];
}

function part(title: string, open: boolean, content: HTMLElement): HTMLElement {
  return element('details', { class: 'part', open }, element('summary', {}, title), content);
}

function hint(text: string): HTMLElement {
  return element('p', { class: 'hint' }, text);
}

function code(text: string): HTMLElement {
  return element('pre', { tabindex: '0' }, element('code', {}, text));
}

function pairs(entries: readonly (readonly [string, string])[]): HTMLElement {
  const rows = entries.flatMap(([name, value]) => [
    element('dt', {}, name),
    element('dd', {}, value === '' ? '""' : value),
  ]);
  return element('dl', { class: 'pairs' }, ...rows);
}

function indented(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
