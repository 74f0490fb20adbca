/**
 * The sources of settings. A default file may be missing, a named file may not, and every file that is read must parse. A
 * default file is read only if a setting is looked up there, so a broken one does not stop a command that does not need it.
 */
import { parseEnv } from 'node:util';
import { isJsonObject, type JsonObject, parseJson } from '../core/json.ts';
import type { Arguments } from './arguments.ts';
import { usageError } from './errors.ts';
import { readTextFile } from './read-text-file.ts';
import type { SettingNames } from './setting-table.ts';

/** One place that may hold settings. */
export interface Source {
  get(names: SettingNames): string | undefined;
  /** The exact source, for `--verbose`. */
  label(names: SettingNames): string;
}

export type Variables = Readonly<Record<string, string | undefined>>;

/** Opens the sources, the one with the highest priority first. */
export function openSources(args: Arguments, environment: Variables, directory: string): readonly Source[] {
  const open = <Values>(option: string, usual: string, parse: (text: string | undefined, file: string) => Values) => {
    const file = args.text(option) ?? usual;
    const isNamed = args.text(option) !== undefined;
    const values = once(() => parse(readTextFile(directory, file, isNamed), file));
    if (isNamed) values();
    return { file, values };
  };
  const dotEnv = open('dotenv', '.env', (text = ''): Variables => parseEnv(text));
  const outputs = open('outputs', 'cdk-outputs.json', stackOutputs);
  const config = open('config', 'cdk.json', deploymentConfiguration);
  return [
    { get: ({ flag }) => (flag === undefined ? undefined : args.text(flag)), label: ({ flag }) => `--${flag}` },
    ofVariables(() => environment, 'environment'),
    ofVariables(dotEnv.values, dotEnv.file),
    ofObject(outputs.values, outputs.file, ({ output }) => output),
    ofObject(config.values, config.file, ({ key }) => key),
  ];
}

/** Runs a function when its result is first needed, and only once. */
function once<Result>(compute: () => Result): () => Result {
  let computed: { readonly result: Result } | undefined;
  return () => {
    computed ??= { result: compute() };
    return computed.result;
  };
}

function ofVariables(variables: () => Variables, place: string): Source {
  return {
    get: ({ variable }) => (variable === undefined ? undefined : variables()[variable]),
    label: ({ variable }) => `${place}: ${variable}`,
  };
}

function ofObject(
  values: () => JsonObject,
  place: string,
  nameOf: (names: SettingNames) => string | undefined,
): Source {
  return {
    get: (names) => {
      const name = nameOf(names);
      const value = name === undefined ? undefined : values()[name];
      if (typeof value === 'string') return value;
      return Array.isArray(value) && value.every((one) => typeof one === 'string') ? value.join(' ') : undefined;
    },
    label: (names) => `${place}: ${nameOf(names)}`,
  };
}

/**
 * The outputs of all stacks in the file that `cdk deploy --outputs-file` writes.
 *
 * @throws CliError `usage` if it is not such a file, or if two stacks have an output with the same name and different values
 */
export function stackOutputs(text: string | undefined, file: string): JsonObject {
  if (text === undefined) return {};
  const stacks = parseJson(text);
  if (!isJsonObject(stacks) || !Object.values(stacks).every(isJsonObject)) {
    throw usageError(
      `The file ${file} does not hold stack outputs. Expected what "cdk deploy --outputs-file ${file}" writes.`,
    );
  }
  const merged: Record<string, unknown> = {};
  for (const [name, value] of Object.values(stacks).filter(isJsonObject).flatMap(Object.entries)) {
    if (Object.hasOwn(merged, name) && merged[name] !== value) {
      throw usageError(
        `The file ${file} holds two deployments: it has two outputs ${name} with different values. Use --outputs to name a file with one deployment.`,
      );
    }
    merged[name] = value;
  }
  return merged;
}

/**
 * The deployment's configuration: `context` of a `cdk.json`, or the keys themselves.
 *
 * @throws CliError `usage` if it is not a JSON object
 */
export function deploymentConfiguration(text: string | undefined, file: string): JsonObject {
  if (text === undefined) return {};
  const value = parseJson(text);
  if (!isJsonObject(value)) {
    throw usageError(`The file ${file} is not a JSON object. Expected the cdk.json of a CDK application.`);
  }
  return isJsonObject(value.context) ? value.context : value;
}
