import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { AppPasswords } from '../../lib/app-passwords.ts';
import { AuthorizerAlarms } from '../../lib/authorizer-alarms.ts';
import { AuthorizerDashboard, type AuthorizerDashboardProps } from '../../lib/authorizer-dashboard.ts';
import { AuthorizerFunction } from '../../lib/authorizer-function.ts';
import { SigningKey } from '../../lib/signing-key.ts';
import { alarmedMetrics, dashboardText, drawnMetrics, writtenMetrics } from '../support/infra/metrics.ts';
import { appWithFlags } from '../support/infra/synthesize.ts';

const TENANT = { issuer: 'https://tenant.auth0.com/', audience: 'https://my.api' };

type Options = (stack: Stack, authorizer: AuthorizerFunction) => Omit<AuthorizerDashboardProps, 'authorizer'>;

function synthesize(
  make: (stack: Stack, props: AuthorizerDashboardProps) => unknown,
  options: Options = () => ({}),
): Template {
  const stack = new Stack(appWithFlags(), 'Own');
  const signingKey = new SigningKey(stack, 'SigningKey');
  const authorizer = new AuthorizerFunction(stack, 'Authorizer', { ...TENANT, signingKey, routes: { 'GET /': [] } });
  make(stack, { ...options(stack, authorizer), authorizer });
  return Template.fromStack(stack);
}

const dashboardWith = (options?: Options) =>
  synthesize((stack, props) => new AuthorizerDashboard(stack, 'Dashboard', props), options);
const withApi: Options = (stack) => {
  const restApi = new RestApi(stack, 'Api');
  restApi.root.addMethod('GET');
  return { restApi, issuerRequestsPerMinute: 1000 };
};
const withAppPasswords: Options = (stack, authorizer) => {
  const clientSecret = Secret.fromSecretNameV2(stack, 'Client', 'auth0/app-passwords');
  return { appPasswords: new AppPasswords(stack, 'AppPasswords', { authorizer, clientSecret, clients: ['page'] }) };
};
const withEverything: Options = (stack, authorizer) => ({
  ...withApi(stack, authorizer),
  ...withAppPasswords(stack, authorizer),
});

const SUBJECTS = [
  'Decisions by outcome',
  'Refusals and outages by reason',
  'Time of a decision, ms',
  'Time of a request to the issuer, ms',
  'Hit rates of the caches',
  'Requests to the issuer a minute',
  'From the change of a user to its mark, ms',
  'Retries, circuit openings and failures of the shared tables',
];

describe('the dashboard', () => {
  it.each(SUBJECTS)('has a graph "%s"', (title) => {
    expect(dashboardText(dashboardWith())).toContain(`"title":"${title}"`);
  });

  it('draws only metrics and dimensions that the functions write, like the alarms', async () => {
    const template = synthesize((stack, props) => new AuthorizerAlarms(stack, 'Alarms', props), withEverything);
    const written = new Set(await writtenMetrics());
    const read = [...drawnMetrics(template), ...alarmedMetrics(template)];
    expect(read.filter((metric) => !written.has(metric))).toEqual([]);
    expect(new Set(read).size).toBeGreaterThan(12);
  });

  it('draws every metric that the functions write, except those that others contain', async () => {
    const drawn = new Set(drawnMetrics(dashboardWith(withEverything)).map((metric) => metric.split(' ')[1]));
    const written = new Set((await writtenMetrics()).map((metric) => metric.split(' ')[1]));
    expect([...written].filter((metric) => !drawn.has(metric))).toEqual(['Refusals', 'Flushes']);
  });

  it('draws the percentiles of durations', () => {
    const text = dashboardText(dashboardWith());
    for (const metric of ['Duration', 'IssuerLatency', 'RevocationDelay']) {
      for (const percentile of ['p50', 'p90', 'p99']) {
        expect(text).toMatch(new RegExp(`"${metric}",[^\\]]*"label":"${percentile}"[^\\]]*"stat":"${percentile}"`));
      }
    }
  });

  it('searches the reasons of this audience only, whatever they are', () => {
    expect(dashboardText(dashboardWith())).toContain(
      `SEARCH('{Auth0ApiAuthorizer,audience,outcome,reason} MetricName="Decisions" audience="https://my.api" NOT reason="allowed"', 'Sum', 300)`,
    );
  });

  it('shows what the gateway answers itself, if it knows the API', () => {
    const share = '1 - decisions / requests';
    expect(dashboardText(dashboardWith(withApi))).toContain(share);
    expect(dashboardText(dashboardWith(withApi))).toContain('"AWS/ApiGateway","Count","ApiName","Api"');
    expect(dashboardText(dashboardWith())).not.toContain(share);
  });

  it('compares the requests to the issuer with the limit, if it knows the limit', () => {
    const line = '{"value":1000,"label":"rate limit of the tenant"';
    expect(dashboardText(dashboardWith(withApi))).toContain(line);
    expect(dashboardText(dashboardWith())).not.toContain('rate limit of the tenant');
    expect(dashboardText(dashboardWith())).toContain('"label":"requests","period":60,"stat":"SampleCount"');
  });

  it('shows app passwords, if there are any', () => {
    const title = 'App passwords that the tenant still has five minutes after their expiry';
    expect(dashboardText(dashboardWith(withAppPasswords))).toContain(title);
    expect(dashboardText(dashboardWith())).not.toContain('App passwords');
  });

  it('has the same logical id in AuthorizerAlarms as before it was a construct', () => {
    const template = synthesize((stack, props) => new AuthorizerAlarms(stack, 'Alarms', props));
    expect(Object.keys(template.findResources('AWS::CloudWatch::Dashboard'))).toEqual(['AlarmsDashboard690E1A42']);
  });
});
