/** Times in words, such as "3 days ago". */
import { element } from './dom.ts';
import { LOCALE } from './texts.ts';

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

const relative = new Intl.RelativeTimeFormat(LOCALE, { numeric: 'auto' });
const exact = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'short' });

/** In the largest unit that fits, such as "in 3 months"; "now" for less than a minute. */
export function inWords(time: Date, now: Date): string {
  const seconds = (time.getTime() - now.getTime()) / 1000;
  const [unit, length] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? ['second', Number.POSITIVE_INFINITY];
  return relative.format(Math.trunc(seconds / length) || 0, unit);
}

export function exactly(time: Date): string {
  return exact.format(time);
}

/** Shows a time in words, with the exact time below. */
export function timeElement(time: Date, now: Date): HTMLElement {
  const exactTime = exactly(time);
  return element(
    'time',
    { datetime: time.toISOString(), title: exactTime },
    element('span', { class: 'in-words' }, inWords(time, now)),
    element('span', { class: 'exact' }, exactTime),
  );
}
