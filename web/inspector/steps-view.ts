/** The steps of a request, each with its checks, its calls and its rule. */
import { element, fillText } from '../app-passwords/dom.ts';
import { mark } from './mark.ts';
import type { Call, Check, Rule, Step } from './protocol.ts';
import { CHECK_STATES, STATIONS, STEP_STATES, TEXTS } from './texts.ts';

export function stepsOf(steps: readonly Step[]): HTMLElement {
  const longestMs = Math.max(1, ...steps.flatMap(({ calls = [] }) => calls.map(({ durationMs }) => durationMs)));
  return element('ol', { class: 'steps' }, ...steps.map((step) => stepOf(step, longestMs)));
}

function stepOf(step: Step, longestMs: number): HTMLElement {
  const { title, result, state, station, atMs, checks = [], calls = [], rule } = step;
  return element(
    'li',
    { class: `step ${state}` },
    element('span', { class: 'step-time' }, `${formatMs(atMs)} ms`),
    element(
      'span',
      { class: 'step-mark' },
      mark(state),
      element('span', { class: 'visually-hidden' }, STEP_STATES[state]),
    ),
    element(
      'div',
      { class: 'step-body' },
      element('p', { class: 'step-title' }, title, element('span', { class: `tag ${station}` }, STATIONS[station])),
      element('p', { class: 'step-result' }, result),
      calls.length > 0 ? element('ul', { class: 'calls' }, ...calls.map((call) => callOf(call, longestMs))) : undefined,
      checks.length > 0 ? checksOf(checks) : undefined,
      rule ? element('p', { class: 'rule' }, `${TEXTS.rule} `, linkTo(rule)) : undefined,
    ),
  );
}

export function linkTo({ text, href }: Rule): HTMLAnchorElement {
  return element('a', { href, target: '_blank', rel: 'noopener' }, text);
}

function callOf({ words, outcome, durationMs, isGood }: Call, longestMs: number): HTMLElement {
  const bar = element('meter', { min: '0', max: String(longestMs), value: String(durationMs), 'aria-hidden': 'true' });
  const result = element('span', { class: isGood ? 'good' : 'bad' }, outcome);
  return element(
    'li',
    {},
    element('span', { class: 'call-words' }, words),
    ' ',
    result,
    ` in ${formatMs(durationMs)} ms`,
    bar,
  );
}

function checksOf(checks: readonly Check[]): HTMLElement {
  const passed = checks.filter(({ state }) => state === 'passed').length;
  const hasFailed = checks.some(({ state }) => state === 'failed');
  return element(
    'details',
    { open: hasFailed },
    element('summary', {}, summaryOf(passed, hasFailed)),
    element('ol', { class: 'checks' }, ...checks.map(checkOf)),
  );
}

function summaryOf(passed: number, hasFailed: boolean): string {
  const texts = hasFailed
    ? [TEXTS.firstFailed, TEXTS.checkFailed, TEXTS.checksFailed]
    : [TEXTS.checksPassed, TEXTS.checkPassed, TEXTS.checksPassed];
  return fillText(texts[Math.min(passed, 2)] ?? '', { count: String(passed) });
}

function checkOf({ words, state }: Check): HTMLElement {
  const hidden = element('span', { class: 'visually-hidden' }, `${CHECK_STATES[state]}: `);
  return element('li', { class: state }, mark(state), element('span', {}, hidden, words));
}

export function formatMs(milliseconds: number): string {
  return milliseconds < 10 ? milliseconds.toFixed(1) : String(Math.round(milliseconds));
}
