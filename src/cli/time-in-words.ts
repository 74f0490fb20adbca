/** Formats times for people: ISO 8601, and the distance from now. */

const UNITS = [
  { unit: 'year', seconds: 31_557_600 },
  { unit: 'month', seconds: 2_629_800 },
  { unit: 'day', seconds: 86_400 },
  { unit: 'hour', seconds: 3600 },
  { unit: 'minute', seconds: 60 },
  { unit: 'second', seconds: 1 },
] as const;

const words = new Intl.RelativeTimeFormat('en', { numeric: 'always' });

/**
 * Formats a time, such as `2026-11-22T12:00:00Z (in 58 minutes)`.
 *
 * @param atMs epoch milliseconds
 * @param nowMs epoch milliseconds
 */
export function timeInWords(atMs: number, nowMs: number): string {
  const date = new Date(atMs);
  if (Number.isNaN(date.getTime())) return 'an invalid time';
  return `${date.toISOString().replace(/\.\d{3}Z$/, 'Z')} (${distance(Math.round((atMs - nowMs) / 1000))})`;
}

function distance(seconds: number): string {
  const size = Math.abs(seconds);
  if (size < 1) return 'now';
  const { unit, seconds: length } = UNITS.find((candidate) => size >= candidate.seconds) ?? UNITS[5];
  return words.format(Math.trunc(seconds / length), unit);
}
