/** A time as an element. */
import { element } from './dom.ts';
import { exactly, inWords } from './times.ts';

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
