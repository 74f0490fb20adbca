/**
 * Collects the names that somebody outside of this repository relies on: resources that CloudFormation would replace if their logical id
 * changed, stored state, configuration keys, metrics, commands and exports.
 */
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import * as exported from '../../../lib/index.ts';
import { COMMANDS } from '../../../src/cli/commands.ts';
import { EXIT } from '../../../src/cli/exit-code.ts';
import { CONFIGURATION_KEYS } from '../../../src/config/configuration.ts';
import { METRIC_NAMESPACE, METRICS } from '../../../src/config/metrics.ts';
import { STATE_NAMES, STATE_TABLE_PREFIX } from '../../../src/core/state-store.ts';
import { documentedReasons } from '../../fuzz/documented-reasons.ts';
import { CONFIGURATIONS } from '../infra/configurations.ts';
import { appWithFlags, templates } from '../infra/synthesize.ts';

/** Names by what they name, such as `configurationKeys`. Each list is sorted. */
export type Baseline = Readonly<Record<string, readonly string[]>>;

/** Their logical ids follow from their content. */
const CHANGING_TYPES = ['AWS::ApiGateway::Deployment', 'AWS::Lambda::Version'];
/** These configurations together have every resource. */
const PINNED = ['default', 'backendWithOwnKey', 'keyByUrl', 'everySecret'];

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

export function collectBaseline(): Baseline {
  const stacks = PINNED.flatMap((name) =>
    Object.entries(templates(CONFIGURATIONS[name])).map(([stack, template]) => [`${name}/${stack}`, template] as const),
  );
  const lists: Record<string, readonly string[]> = {
    exports: Object.keys(exported),
    configurationKeys: Object.keys(CONFIGURATION_KEYS),
    state: [STATE_TABLE_PREFIX, ...Object.values(STATE_NAMES)],
    metrics: [METRIC_NAMESPACE, ...Object.values(METRICS)],
    reasons: (['401', '403', '503'] as const).flatMap((status) =>
      [...documentedReasons(status)].map((reason) => `${status} ${reason}`),
    ),
    commands: COMMANDS.map(({ name }) => name),
    exitCodes: Object.entries(EXIT).map(([name, code]) => `${code} ${name}`),
  };
  for (const [name, template] of [...stacks, ['Auth0Authorizer', ownStack()] as const]) {
    lists[`stack ${name}`] = namesIn(template);
  }
  return Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, [...new Set(list)].sort()]));
}

function ownStack(): Template {
  const stack = new Stack(appWithFlags(), 'Own');
  new exported.Auth0Authorizer(stack, 'Auth', {
    issuer: 'https://tenant.auth0.com/',
    audience: 'https://my.api',
    managementSecret: Secret.fromSecretNameV2(stack, 'Management', 'auth0/management'),
    routes: { 'GET /': [] },
    serveJwks: true,
    aliasName: 'live',
  });
  return Template.fromStack(stack);
}

/** The logical ids with their types, the properties of custom resources, and the outputs. */
function namesIn(template: Template): readonly string[] {
  const { Resources, Outputs = {} } = template.toJSON();
  const resources = Object.entries<Resource>(Resources).filter(([, { Type }]) => !CHANGING_TYPES.includes(Type));
  const properties = resources.flatMap(([id, { Type, Properties = {} }]) =>
    Type.startsWith('Custom::') ? Object.keys(Properties).map((name) => `property ${id}.${name}`) : [],
  );
  const outputs = Object.keys(Outputs).map((name) => `output ${name}`);
  return [...resources.map(([id, { Type }]) => `${Type} ${id}`), ...properties, ...outputs];
}

/** Describes each difference, with what it means for somebody who upgrades. */
export function differences(before: Baseline, now: Baseline): readonly string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  return names.flatMap((name) => {
    const [old = [], current = []] = [before[name], now[name]];
    const removed = old.filter((each) => !current.includes(each));
    const added = current.filter((each) => !old.includes(each));
    return [
      ...removed.map(
        (each) => `${name}: "${each}" is gone, which breaks who relies on it. Restore it, or see docs/upgrading.md.`,
      ),
      ...added.map((each) => `${name}: "${each}" is new. If it should stay, record it with: npm run baseline`),
    ];
  });
}
