/** The acceptance run's look at the metadata, with the local API in place of a deployed one. */
import { describe, expect, it } from 'vitest';
import { checkMetadata } from '../../../local/acceptance/metadata-checks.ts';
import { Report } from '../../../local/acceptance/report.ts';
import { parseConfiguration } from '../../../src/config/configuration.ts';
import { createHttpsClient } from '../../../src/http/https-client.ts';
import { startLocal } from '../../support/local/start.ts';

const PUBLIC_URL = 'https://mcp.example/mcp';

async function checksWith(context: Readonly<Record<string, unknown>>) {
  const local = await startLocal({ resourceMetadata: true, publicUrl: PUBLIC_URL });
  const { gateway, issuer } = local.ready;
  const required = { issuer, audience: PUBLIC_URL, managementSecret: 'm' };
  const configuration = parseConfiguration({ ...required, ...context });
  const report = new Report({ stackPrefix: '', issuer, audience: PUBLIC_URL, account: '1', region: 'r' }, String);
  const ports = { http: createHttpsClient().send };
  const guide = { step: <Result>(_what: string, work: () => Promise<Result>) => work() };
  await checkMetadata({ ports, guide, report, configuration }, { apiUrl: gateway });
  return report.checks.map(({ verdict }) => verdict);
}

describe('the acceptance run', () => {
  it('compares the metadata with the configuration', async () => {
    expect(await checksWith({ publicUrl: PUBLIC_URL, resourceMetadata: true })).toEqual(['as expected', 'as expected']);
  });

  it('finds metadata of another configuration', async () => {
    const issuers = [{ issuer: 'https://login.example/' }];
    const [verdict] = await checksWith({ publicUrl: PUBLIC_URL, resourceMetadata: true, issuers });
    expect(verdict).toBe('different');
  });

  it('says so if there is none', async () => {
    expect(await checksWith({})).toEqual(['not tried']);
  });
});
