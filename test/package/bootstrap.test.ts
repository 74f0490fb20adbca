/** `cdk bootstrap` in the project's directory without a configuration, which no other command accepts. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { runCdk } from '../../local/deployment/cdk-command.ts';
import { type Ministack, startMinistack } from '../../local/deployment/ministack.ts';

const ministack = inject('ministack');
const OTHER_ENVIRONMENT = 'aws://000000000000/eu-west-1';

describe.skipIf(ministack === '')('the CDK without a configuration', () => {
  let aws: Ministack;
  let home: string;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'bootstrap-test-'));
    aws = await startMinistack(ministack);
  });

  afterAll(async () => {
    await aws?.close();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  });

  const cdk = (...args: string[]) => {
    const account = { url: aws.url, id: '000000000000', region: 'us-east-1' };
    return runCdk([...args, '--output', join(home, 'assembly')], { account, home });
  };

  it('bootstraps the account and Region of the environment', async () => {
    const { exitCode, output } = await cdk('bootstrap');
    expect(output).toMatch(/Environment aws:\/\/000000000000\/us-east-1 bootstrapped/);
    expect(output).not.toContain('The configuration has');
    expect(exitCode).toBe(0);
  });

  it('bootstraps only the account and Region that it is given', async () => {
    const { exitCode, output } = await cdk('bootstrap', OTHER_ENVIRONMENT);
    expect(output).toContain(`Environment ${OTHER_ENVIRONMENT} bootstrapped`);
    expect(output).not.toContain('us-east-1');
    expect(exitCode).toBe(0);
  });

  it.each(['destroy --all --force', 'destroy Bootstrap --force', 'synth --quiet', 'list'])(
    'refuses %s and names what is missing',
    async (command) => {
      const { exitCode, output } = await cdk(...command.split(' '));
      expect(exitCode).toBe(1);
      expect(output).toContain('  issuer: missing, and it has no default');
    },
  );
});
