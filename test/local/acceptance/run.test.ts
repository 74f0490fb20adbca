import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acceptanceConfiguration } from '../../../local/acceptance/configuration.ts';
import { Guide } from '../../../local/acceptance/guide.ts';
import type { AcceptancePorts } from '../../../local/acceptance/ports.ts';
import { Redactor } from '../../../local/acceptance/redactor.ts';
import { Report } from '../../../local/acceptance/report.ts';
import { AcceptanceRun } from '../../../local/acceptance/run.ts';
import { CdkFailed, type StackPort } from '../../../local/acceptance/stacks.ts';
import { UsageError } from '../../../local/options.ts';
import { startTenant, type Tenant } from '../../../local/tenant/server.ts';
import { createHttpsClient, type HttpsClient } from '../../../src/http/https-client.ts';
import { connectManagement } from '../../../src/management/management-connection.ts';

const CLIENT = { clientId: 'local-management-client', clientSecret: 'local-management-secret' };

describe('an acceptance run', () => {
  let tenant: Tenant;
  let http: HttpsClient;
  /** What happened, in order. */
  let events: string[];
  let interruption: { hasCome: boolean; readonly first: Promise<void> };
  let stacks: StackPort;

  beforeEach(async () => {
    tenant = await startTenant();
    http = createHttpsClient();
    events = [];
    interruption = { hasCome: false, first: new Promise(() => {}) };
    stacks = {
      synthesize: async () => void events.push('synthesize'),
      deploy: async () => {
        events.push('deploy');
        throw new CdkFailed('cdk deploy failed:\nThe stack is broken.');
      },
      destroy: async () => void events.push('destroy'),
      commandsToDestroy: ['npx cdk destroy --all --app DIR'],
    };
  });

  afterEach(async () => {
    http.close();
    await tenant.close();
  });

  function portsWith(replies: readonly string[], canAsk = true): AcceptancePorts {
    const left = [...replies];
    return {
      terminal: {
        note: () => {},
        canAsk,
        ask: async (question) => {
          const reply = left.shift() ?? 'n';
          events.push(`${reply}: ${question.split(' ')[0]}`);
          return reply;
        },
      },
      http: http.send,
      clock: () => Date.parse('2026-01-01T00:00:00Z'),
      sleep: async () => {},
      random: () => 0,
      setTimer: () => () => {},
      uniqueId: () => 'id',
      aws: {
        secretArn: async () => '',
        invoke: async () => undefined,
        rotate: async () => {},
        stages: async () => new Map(),
      },
      connect: async () => connectManagement({ tenantUrl: tenant.issuer, http: http.send, client: CLIENT }),
      readPasswordClient: async () => CLIENT,
    };
  }

  async function runWith(replies: readonly string[], yes = false): Promise<Report> {
    const pairs = [`issuer=${tenant.issuer}`, 'audience=https://demo.api', 'managementSecret=m'];
    const { configuration } = await acceptanceConfiguration(pairs, '1');
    const { stackPrefix, issuer, audience } = configuration;
    const report = new Report({ stackPrefix, issuer, audience, account: '1', region: 'r' }, String);
    const ports = portsWith(replies);
    const guide = new Guide(ports, yes, interruption);
    const context = { ports, guide, report, redactor: new Redactor(), configuration, isEmulated: true };
    await new AcceptanceRun(context, stacks, { tokens: {} }).run();
    return report;
  }

  it('deploys nothing without permission', async () => {
    const report = await runWith(['n']);
    expect(events).toEqual(['synthesize', 'n: Deploy']);
    expect(report.incomplete).toBe('You did not allow the deployment.');
    expect(report.isAsExpected).toBe(false);
  });

  it('destroys what a failed deployment left, and compares the tenant', async () => {
    const report = await runWith(['y', 'y']);
    expect(events).toEqual(['synthesize', 'y: Deploy', 'deploy', 'y: Destroy', 'destroy']);
    expect(report.incomplete).toContain('The stack is broken.');
    expect(report.checks.at(-1)).toMatchObject({ title: 'the API and the client grant', verdict: 'as expected' });
  });

  it('reports how to destroy the stacks if that is not allowed, or fails', async () => {
    expect((await runWith(['y', 'n'])).leftBehind).toEqual([
      'The stacks of Auth0Acceptance1: npx cdk destroy --all --app DIR',
      'Why: You did not allow it.',
    ]);
    stacks = { ...stacks, destroy: () => Promise.reject(new CdkFailed('cdk destroy failed:\nDenied.')) };
    expect((await runWith([], true)).leftBehind.at(-1)).toBe('Why: cdk destroy failed:\nDenied.');
  });

  it('destroys the stacks after Ctrl-C during the deployment, and goes on with nothing else', async () => {
    const deploy = async () => {
      events.push('deploy');
      interruption.hasCome = true;
      const url = `${tenant.issuer}api/`;
      const principalToken = { issuer: '', jwksUrl: '' };
      const observer = { restUrl: url, httpUrl: url, unreachableUrl: url };
      return { apiUrl: url, rotationFunctionArn: '', signingKeySecretArn: '', warnings: '', observer, principalToken };
    };
    stacks = { ...stacks, deploy };
    const report = await runWith([], true);
    expect(events).toEqual(['synthesize', 'deploy', 'destroy']);
    expect(report.incomplete).toBe('Interrupted.');
  });

  it('reports a tenant that is not as before', async () => {
    const destroy = async () => {
      const { resourceServers } = tenant.state;
      const api = [...resourceServers.values()].find(({ identifier }) => identifier === 'https://demo.api');
      if (api) resourceServers.set(api.id, { ...api, name: 'Changed' });
    };
    stacks = { ...stacks, destroy };
    const report = await runWith([], true);
    expect(report.checks.at(-1)).toMatchObject({ verdict: 'different', got: "the API's name", expected: 'as before' });
  });

  it('needs a terminal or permission in advance', () => {
    expect(() => new Guide(portsWith([], false), false, interruption)).toThrow(UsageError);
    expect(() => new Guide(portsWith([], false), true, interruption)).not.toThrow();
  });
});
