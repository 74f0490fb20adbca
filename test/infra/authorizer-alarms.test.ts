import { Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import { AuthorizerAlarms } from '../../lib/authorizer-alarms.ts';
import { AuthorizerFunction } from '../../lib/authorizer-function.ts';
import { SigningKey } from '../../lib/signing-key.ts';
import { appWithFlags } from '../support/infra/synthesize.ts';

const stack = new Stack(appWithFlags(), 'Own');
const signingKey = new SigningKey(stack, 'SigningKey');
const tenant = { issuer: 'https://tenant.auth0.com/', audience: 'https://my.api' };
const authorizer = new AuthorizerFunction(stack, 'Authorizer', { ...tenant, signingKey, routes: { 'GET /': [] } });
new AuthorizerAlarms(stack, 'Alarms', { authorizer, actions: [new SnsAction(new Topic(stack, 'Topic'))] });
const template = Template.fromStack(stack);

describe('the alarms', () => {
  it.each([
    ['IssuerFailing', 10, { outcome: 'unavailable' }],
    ['ClientRefused', 1, { outcome: 'unavailable', reason: 'issuer_client_refused' }],
    ['Throttled', 10, { outcome: 'unavailable', reason: 'issuer_throttled' }],
  ])('include %s, which goes off at %i decisions of its kind in five minutes', (_, Threshold, dimensions) => {
    const expected = { audience: 'https://my.api', ...dimensions };
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'Auth0ApiAuthorizer',
      MetricName: 'Decisions',
      Statistic: 'Sum',
      Period: 300,
      Threshold,
      TreatMissingData: 'notBreaching',
      Dimensions: Match.arrayWith(Object.entries(expected).map(([Name, Value]) => ({ Name, Value }))),
    });
  });

  it('include RefusalsJump, which goes off when more than half of many decisions are 401 or 403', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'Auth0ApiAuthorizer',
      MetricName: 'Refusals',
      ExtendedStatistic: 'p50',
      Threshold: 0.5,
      EvaluateLowSampleCountPercentile: 'ignore',
      Dimensions: [{ Name: 'audience', Value: 'https://my.api' }],
    });
  });

  it('notify the topic when they go off', () => {
    template.resourceCountIs('AWS::CloudWatch::Alarm', 5);
    template.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [Match.anyValue()] });
  });
});

describe("the authorizer's metrics", () => {
  it.each([
    ['metricDecisions', 'Decisions', 'Sum'],
    ['metricCacheHits', 'CacheHits', 'Average'],
    ['metricIssuerLatency', 'IssuerLatency', 'Average'],
    ['metricIssuerRetries', 'IssuerRetries', 'Sum'],
    ['metricCircuitOpenings', 'CircuitOpenings', 'Sum'],
    ['metricRefusals', 'Refusals', 'Average'],
    ['metricSharedCacheHits', 'SharedCacheHits', 'Average'],
    ['metricSharedTableFailures', 'SharedTableFailures', 'Sum'],
  ] as const)('include %s: the %s of the audience as a %s over five minutes', (method, metricName, statistic) => {
    expect(authorizer[method]()).toMatchObject({
      namespace: 'Auth0ApiAuthorizer',
      metricName,
      statistic,
      dimensions: { audience: 'https://my.api' },
    });
    expect(authorizer[method]().period.toMinutes()).toBe(5);
  });

  it('accept other dimensions, statistics and periods', () => {
    const dimensionsMap = { outcome: 'deny' };
    const metric = authorizer.metricDecisions({ dimensionsMap, statistic: 'SampleCount', period: Duration.minutes(1) });
    expect(metric).toMatchObject({
      statistic: 'SampleCount',
      dimensions: { audience: 'https://my.api', outcome: 'deny' },
    });
    expect(metric.period.toMinutes()).toBe(1);
  });
});
