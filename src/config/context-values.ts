/** Configuration as it is written on a command line: `-c key=value`, where every value arrives as a string. */
import { ConfigurationError } from '../core/errors.ts';
import { parseJson } from '../core/json.ts';
import { nearestNames } from '../core/nearest-names.ts';

/**
 * Reads a value given as text: parsed if it is JSON (`300`, `true`, `{"GET /foo":[]}`), else the text itself. A number that
 * would look different when written back, such as a long identifier or `1.0`, also stays text.
 */
export function contextValue(text: string): unknown {
  const value = parseJson(text) ?? text;
  return typeof value === 'number' && String(value) !== text ? text : value;
}

/**
 * Reads `key=value` pairs.
 *
 * @throws ConfigurationError `configuration_invalid` for a pair without a key or an equals sign
 */
export function contextPairs(pairs: readonly string[]): Readonly<Record<string, unknown>> {
  const entries = pairs.map((pair) => {
    const equals = pair.indexOf('=');
    if (equals < 1) {
      throw new ConfigurationError('configuration_invalid', `Got -c ${JSON.stringify(pair)}; expected -c key=value.`);
    }
    return [pair.slice(0, equals), contextValue(pair.slice(equals + 1))] as const;
  });
  return Object.fromEntries(entries);
}

/** Old names of keys. */
const RENAMED = new Map([['upstream', 'backendUrl']]);

/** Says what to write instead of an unknown key. */
export function suggestKey(key: string, known: readonly string[]): string {
  const renamed = RENAMED.get(key);
  if (renamed !== undefined && known.includes(renamed)) return `use "${renamed}"`;
  const nearest = nearestNames(key, known, 1).map((name) => `; the nearest is ${name}`);
  return `expected one of ${known.join(', ')}${nearest.join('')}`;
}
