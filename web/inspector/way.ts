/** The picture of the way that a request took. */
import { element } from '../app-passwords/dom.ts';
import { type MarkName, mark } from './mark.ts';
import type { Station, Story } from './protocol.ts';
import { STATION_STATES, TEXTS } from './texts.ts';

const MARKS: Readonly<Record<Station['state'], MarkName>> = {
  passed: 'passed',
  cached: 'cached',
  stopped: 'failed',
  idle: 'unreached',
};

/** A list in the order of the way, which the styles draw as a map. */
export function wayOf({ stations, response, request, verdict }: Story): HTMLElement {
  const start = place('you', TEXTS.you, `${request.method} ${request.path}`, 'passed', 'start');
  const end = place(
    'response',
    TEXTS.response,
    String(response.status),
    endState(verdict.outcome, response.status),
    'end',
  );
  return element('ol', { class: 'way' }, start, ...stations.map(station), end);
}

function endState(outcome: Story['verdict']['outcome'], status: number): Station['state'] {
  if (status >= 500) return 'stopped';
  return outcome === 'allowed' || outcome === 'public' ? 'passed' : 'stopped';
}

function station({ name, title, result, state }: Station): HTMLElement {
  return place(name, title, result, state, MARKS[state]);
}

function place(name: string, title: string, result: string, state: Station['state'], picture: MarkName): HTMLElement {
  const words = picture === 'start' || picture === 'end' ? undefined : `, ${STATION_STATES[state]}`;
  return element(
    'li',
    { class: `place ${name} ${state}` },
    mark(picture),
    element(
      'span',
      { class: 'place-words' },
      element('strong', {}, title),
      element('span', { class: 'place-result' }, result),
      words === undefined ? undefined : element('span', { class: 'visually-hidden' }, words),
    ),
  );
}
