/**
 * Adds to the synthesized template the parameters that no construct accepts: JSON and numbers within the configuration of a function,
 * and parameters that may be empty.
 */
import { ROUTES_STAND_IN } from './release-stack.ts';

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
type JsonObject = Readonly<Record<string, Json>>;

interface Resource {
  readonly Type: string;
  readonly Properties?: JsonObject;
}

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
}

/** Texts in the authorizer's configuration, and the parameters whose values replace a part of them. */
const IN_CONFIGURATION: readonly (readonly [text: string, before: string, parameter: string, after: string])[] = [
  [`"routes":${JSON.stringify(ROUTES_STAND_IN)}`, '"routes":', 'Routes', ''],
  ['"basicOrder":"auto"', '"basicOrder":"', 'BasicOrder', '"'],
  ['"permissionsAsScopes":false', '"permissionsAsScopes":', 'PermissionsAsScopes', ''],
  ['"cacheTtlSeconds":300', '"cacheTtlSeconds":', 'CacheTtlSeconds', ''],
  ['"negativeTtlSeconds":10', '"negativeTtlSeconds":', 'NegativeTtlSeconds', ''],
];
const PASSWORD_SECRET = 'PasswordGrantSecret';
const PASSWORD_KEY = ',"passwordGrantSecret":"';
const NOTHING = { Ref: 'AWS::NoValue' };

/**
 * Completes the template.
 *
 * @throws Error if a part that should be replaced is not there
 */
export function completeTemplate(template: Template): Template {
  let places = 0;
  const resources = Object.entries(template.Resources).map(([id, resource]): [string, Resource] => {
    const config = configOf(resource);
    if (config?.some((part) => typeof part === 'string' && part.includes('"routes":'))) {
      places += 1;
      return [id, withConfig(resource, authorizerConfig(config))];
    }
    if (resource.Type === 'AWS::CloudWatch::Alarm') return [id, withAlarmTopic(resource)];
    return [id, resource.Type === 'AWS::IAM::Role' ? (optionalResources(resource) as unknown as Resource) : resource];
  });
  if (places !== 1) throw new Error(`Expected one function with routes, found ${places}.`);
  return { ...template, Resources: Object.fromEntries(resources) };
}

function authorizerConfig(config: readonly Json[]): readonly Json[] {
  const complete = IN_CONFIGURATION.reduce(replaceText, config);
  const index = complete.findIndex((part) => isRef(part, PASSWORD_SECRET));
  const before = complete[index - 1];
  const after = complete[index + 1];
  if (typeof before !== 'string' || !before.endsWith(PASSWORD_KEY) || typeof after !== 'string') {
    throw new Error('The configuration has no password secret.');
  }
  const key = { 'Fn::Join': ['', [PASSWORD_KEY, { Ref: PASSWORD_SECRET }, '"']] };
  return [
    ...complete.slice(0, index - 1),
    before.slice(0, -PASSWORD_KEY.length),
    { 'Fn::If': [`Has${PASSWORD_SECRET}`, key, ''] },
    after.slice(1),
    ...complete.slice(index + 2),
  ];
}

function replaceText(
  parts: readonly Json[],
  [text, before, parameter, after]: (typeof IN_CONFIGURATION)[number],
): readonly Json[] {
  const index = parts.findIndex((part) => typeof part === 'string' && part.includes(text));
  const part = parts[index];
  if (typeof part !== 'string') throw new Error(`The configuration does not contain ${text}.`);
  const [head = '', tail = ''] = part.split(text);
  return [...parts.slice(0, index), head + before, { Ref: parameter }, after + tail, ...parts.slice(index + 1)];
}

/** Adds the topic to the actions of an alarm, if there is one. */
function withAlarmTopic(alarm: Resource): Resource {
  const AlarmActions = { 'Fn::If': ['HasAlarmTopicArn', [{ Ref: 'AlarmTopicArn' }], NOTHING] };
  return { ...alarm, Properties: { ...alarm.Properties, AlarmActions } };
}

/** Leaves out the right to read the password secret if there is none. CDK puts all secrets into one statement: the others must stay. */
function optionalResources(value: Json | Resource): Json {
  if (Array.isArray(value))
    return value.map((item) => (isPasswordArn(item) ? ifPassword(item) : optionalResources(item)));
  if (typeof value !== 'object' || value === null) return value as Json;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, optionalResources(item)]));
}

/** Whether a value is the ARN of the password secret, and not a list or statement that contains it. */
function isPasswordArn(value: Json): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    'Fn::Join' in value &&
    JSON.stringify(value).includes(`"${PASSWORD_SECRET}"`)
  );
}

function ifPassword(value: Json): Json {
  return { 'Fn::If': [`Has${PASSWORD_SECRET}`, value, NOTHING] };
}

function isRef(value: Json, name: string): boolean {
  return typeof value === 'object' && value !== null && 'Ref' in value && value.Ref === name;
}

/** The parts of a function's `CONFIG`. */
function configOf({ Type, Properties }: Resource): readonly Json[] | undefined {
  if (Type !== 'AWS::Lambda::Function') return undefined;
  const { Environment } = Properties as {
    Environment?: { Variables?: { CONFIG?: { 'Fn::Join'?: [string, Json[]] } } };
  };
  return Environment?.Variables?.CONFIG?.['Fn::Join']?.[1];
}

function withConfig(resource: Resource, parts: readonly Json[]): Resource {
  const CONFIG = { 'Fn::Join': ['', parts] };
  return { ...resource, Properties: { ...resource.Properties, Environment: { Variables: { CONFIG } } } };
}
