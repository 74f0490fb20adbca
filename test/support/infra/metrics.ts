/** Which metrics the functions write, and which ones a template reads. */
import type { Template } from 'aws-cdk-lib/assertions';
import { embeddedMetrics } from '../../../lambda/authorizer/embedded-metrics.ts';
import { batchLine } from '../../../lambda/revocation/batch-record.ts';
import { type AuditRecord, audit } from '../../../src/app-passwords/audit.ts';
import { sweep } from '../../../src/app-passwords/sweep.ts';
import { METRIC_NAMESPACE } from '../../../src/config/metrics.ts';
import { World } from '../app-passwords/world.ts';

/** A metric with the sorted names of its dimensions, such as `Auth0ApiAuthorizer Decisions audience,outcome`. */
export type MetricName = string;

interface Directive {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string }[];
}

/** All metrics of lines that have every member. */
export async function writtenMetrics(): Promise<readonly MetricName[]> {
  return [decisionLine(), revocationLine(), ...(await appPasswordLines())].flatMap(metricsIn);
}

/** The metrics that a line in the embedded metric format holds. */
export function metricsIn(line: string): readonly MetricName[] {
  const directives: readonly Directive[] = JSON.parse(line)._aws.CloudWatchMetrics;
  return directives.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Metrics.flatMap(({ Name }) => Dimensions.map((dimensions) => nameOf(Namespace, Name, dimensions))),
  );
}

/** The metrics of all graphs, also inside of expressions. Those of AWS are left out. */
export function drawnMetrics(template: Template): readonly MetricName[] {
  return [...ownMetricsIn(dashboardText(template)), ...searchedMetricsIn(dashboardText(template))];
}

/** The metrics of all alarms. Those of AWS are left out. */
export function alarmedMetrics(template: Template): readonly MetricName[] {
  const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
  return alarms.flatMap(({ Properties: { Namespace, MetricName, Dimensions = [] } }) =>
    Namespace === METRIC_NAMESPACE
      ? [
          nameOf(
            Namespace,
            MetricName,
            Dimensions.map(({ Name }: { readonly Name: string }) => Name),
          ),
        ]
      : [],
  );
}

/** The body of the dashboards, as far as it is known before a deployment. */
export function dashboardText(template: Template): string {
  const dashboards = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
  return JSON.stringify(dashboards.map(({ Properties }) => Properties.DashboardBody)).replaceAll('\\', '');
}

function ownMetricsIn(text: string): readonly MetricName[] {
  const metric = new RegExp(`\\["${METRIC_NAMESPACE}","(\\w+)",((?:"[^"]+",)*)`, 'g');
  return [...text.matchAll(metric)].map(([, name = '', rest = '']) => {
    const parts = [...rest.matchAll(/"([^"]+)"/g)].map(([, part = '']) => part);
    return nameOf(
      METRIC_NAMESPACE,
      name,
      parts.filter((_, index) => index % 2 === 0),
    );
  });
}

function searchedMetricsIn(text: string): readonly MetricName[] {
  const search = new RegExp(`SEARCH\\('\\{${METRIC_NAMESPACE},([\\w,]+)\\} MetricName="(\\w+)"`, 'g');
  return [...text.matchAll(search)].map(([, names = '', name = '']) =>
    nameOf(METRIC_NAMESPACE, name, names.split(',')),
  );
}

function nameOf(namespace: string, metric: string, dimensions: readonly string[]): MetricName {
  return `${namespace} ${metric} ${dimensions.toSorted().join(',')}`;
}

function decisionLine(): string {
  const record = {
    outcome: 'allow',
    reason: 'allowed',
    kind: 'jwt',
    method: 'GET',
    resourcePath: '/foo',
    cacheHit: true,
    durationMs: 1,
    issuerMs: 1,
    issuerCalls: 1,
    issuerRetries: 0,
    circuitOpenings: [],
    sharedCache: 'hit',
  } as const;
  const attempt = { kind: 'attempt', endpoint: 'jwks', durationMs: 1, outcome: 'response', isRetry: false } as const;
  return embeddedMetrics(record, [attempt], { audience: 'https://my.api', nowMs: 0 });
}

async function appPasswordLines(): Promise<readonly string[]> {
  const { ports, lines, clock } = new World();
  const outcomes: readonly AuditRecord['outcome'][] = ['created', 'deleted', 'expired', 'refused'];
  for (const outcome of outcomes) audit(ports, 'https://my.api', { action: 'any', outcome, subject: undefined });
  await sweep({ ...ports, sleep: clock.sleep }, { audience: 'https://my.api', endMs: clock.nowMs });
  return lines;
}

function revocationLine(): string {
  const written = [{ issuer: 'https://tenant.auth0.com/', subject: 'auth0|1', kind: 'all', timeMs: 0 } as const];
  const record = { messages: 1, written, flushEvents: [], failures: [] };
  return batchLine(record, { issuer: 'https://tenant.auth0.com/', nowMs: 1 });
}
