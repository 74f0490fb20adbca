/**
 * The settings of one run. Each comes from the first source that has it: options, environment, `.env`, stack outputs, the
 * deployment's configuration. Values are unchecked text; the code that uses one must check it.
 */
import { usageError } from './errors.ts';
import type { Source } from './setting-sources.ts';
import { SETTINGS, type SettingName, type SettingNames } from './setting-table.ts';

/** A setting as `--verbose` shows it. */
export interface ShownSetting {
  readonly name: string;
  readonly value: string;
  readonly source: string;
}

const MASKED = '(hidden)';

export class Settings {
  readonly #sources: readonly Source[];

  /** @param sources the one with the highest priority first */
  constructor(sources: readonly Source[]) {
    this.#sources = sources;
  }

  /** The value; `undefined` if no source has it and it has no default. An empty text counts as absent. */
  get(name: SettingName): string | undefined {
    return this.#find(name)?.value;
  }

  /** @throws CliError `usage`, with every way to give the setting */
  require(name: SettingName): string {
    const value = this.get(name);
    if (value === undefined) throw usageError(`The setting "${name}" is missing. Give it ${ways(SETTINGS[name])}.`);
    return value;
  }

  /** Returns which of the settings comes from the source with the highest priority; the first one on a tie. */
  preferred(...names: readonly SettingName[]): SettingName | undefined {
    const ranks = names.map((name) => ({ name, rank: this.#find(name)?.rank }));
    const found = ranks.filter(({ rank }) => rank !== undefined).sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0));
    return found[0]?.name;
  }

  /** All settings that have a value, with secrets masked. */
  shown(): readonly ShownSetting[] {
    return names().flatMap((name) => {
      const found = this.#find(name);
      const { isSecret = false }: SettingNames = SETTINGS[name];
      return found
        ? [
            {
              name,
              value: isSecret || isPerhapsKey(name, found.value) ? MASKED : withoutSecrets(found.value),
              source: found.source,
            },
          ]
        : [];
    });
  }

  #find(name: SettingName) {
    const setting: SettingNames = SETTINGS[name];
    for (const [rank, source] of this.#sources.entries()) {
      const value = source.get(setting);
      if (value !== undefined && value !== '') return { value, rank, source: source.label(setting) };
    }
    const { fallback } = setting;
    return fallback === undefined ? undefined : { value: fallback, rank: this.#sources.length, source: 'default' };
  }
}

/** Whether the value may be the key instead of the name of its file, which ends in an extension. No form of a key does. */
function isPerhapsKey(name: SettingName, value: string): boolean {
  return name === 'clientKey' && !/^[^\n]{1,200}\.\w{1,8}$/.test(value);
}

/** Masks secrets that were put in the wrong place: a password in a URL, or a key instead of its file name. */
function withoutSecrets(value: string): string {
  return /^\s*[{[]|-----BEGIN /.test(value) ? MASKED : value.replace(/(?<=:\/\/)[^/?#]*@/, `${MASKED}@`);
}

function names(): readonly SettingName[] {
  return Object.keys(SETTINGS).filter((name): name is SettingName => name in SETTINGS);
}

function ways({ flag, variable, output, key }: SettingNames): string {
  const known = [
    ...(flag === undefined ? [] : [`as --${flag}`]),
    ...(variable === undefined ? [] : [`as ${variable} in the environment or .env`]),
    ...(output === undefined ? [] : [`through the stack output ${output}`]),
    ...(key === undefined ? [] : [`as "${key}" in cdk.json`]),
  ];
  return known.join(', or ');
}
