/** Times in words, such as "3 days ago". */
import { LOCALE, TEXTS } from './texts.ts';

interface Unit {
  readonly name: Intl.RelativeTimeFormatUnit;
  readonly seconds: number;
  /** The least number of seconds for which it is used. */
  readonly from: number;
}

const DAY = 86_400;
/** From the largest to the smallest. */
const UNITS: readonly Unit[] = [
  { name: 'year', seconds: 365.25 * DAY, from: 700 * DAY },
  { name: 'month', seconds: 30.4375 * DAY, from: 100 * DAY },
  { name: 'day', seconds: DAY, from: 23.5 * 3600 },
  { name: 'hour', seconds: 3600, from: 59.5 * 60 },
  { name: 'minute', seconds: 60, from: 60 },
];

const relative = new Intl.RelativeTimeFormat(LOCALE);
const exact = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'short' });

/** In a unit that fits, such as "in 90 days" or "3 hours ago". */
export function inWords(time: Date, now: Date): string {
  const seconds = (time.getTime() - now.getTime()) / 1000;
  const unit = UNITS.find(({ from }) => Math.abs(seconds) >= from);
  if (unit) return relative.format(Math.round(seconds / unit.seconds), unit.name);
  return seconds > 0 ? TEXTS.soon : TEXTS.justNow;
}

export function exactly(time: Date): string {
  return exact.format(time);
}
