/** Upgrades a deployment of the oldest supported version to this one, while callers use it. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { reachableApiUrl } from '../../local/deployment/stack-outputs.ts';
import { AwsForTest, MANAGEMENT_SECRET, PASSWORD_GRANT_SECRET, succeeded } from '../support/aws/aws-for-test.ts';
import { startLoad } from '../support/aws/steady-load.ts';
import { unpackBaseline } from '../support/baseline/files.ts';
import { basic, bearer, call } from '../support/http/call.ts';

const ministack = inject('ministack');
const CALLERS = 3;
const REQUESTS_AROUND = 30;
const SETTINGS = { cacheTtlSeconds: '1', jwksCacheSeconds: '120', logSubject: 'true' };

describe.skipIf(ministack === '')('an upgrade from the baseline', () => {
  let aws: AwsForTest;
  let before: string;
  let whoami: URL;
  let current: string;

  beforeAll(async () => {
    aws = await AwsForTest.start(ministack);
    before = aws.tenant.snapshot();
    succeeded(await aws.deploy(await synthesizeBaseline()));
    const { ApiUrl = '' } = await aws.outputs();
    whoami = new URL('whoami', reachableApiUrl(aws.account, ApiUrl));
  });
  afterAll(() => aws?.close());

  /** Synthesizes the application of the baseline with the same configuration as `AwsForTest.synth`. */
  async function synthesizeBaseline(): Promise<string> {
    const app = `node ${join(await unpackBaseline(), 'app.js')}`;
    return aws.synth({ passwordGrantSecret: PASSWORD_GRANT_SECRET, managementSecret: MANAGEMENT_SECRET }, app);
  }

  /** Callers with an app specific password, a JWT and an opaque token, in turn. */
  function callers() {
    const asp = bearer(aws.tenant.mintApplicationPassword().value);
    const credentials = [asp, bearer(aws.tenant.mintJwt()), bearer(aws.tenant.mintOpaque())];
    let next = 0;
    return startLoad(CALLERS, async () => {
      next += 1;
      return (await call(whoami, 'GET', credentials[next % credentials.length] ?? asp)).status;
    });
  }

  it('refuses no request, and changes nothing at the tenant', async () => {
    const atTenant = aws.tenant.snapshot();
    const load = callers();
    const withAsp = aws.tenant.snapshot();
    await load.more(REQUESTS_AROUND);
    // A new configuration changes every function that has it, even if the code is still the same.
    current = await aws.synth(SETTINGS);
    const { output } = succeeded(await aws.deploy(current));
    expect(output).toMatch(/UPDATE_COMPLETE|✅/);
    await load.more(REQUESTS_AROUND);
    const outcomes = await load.stop();
    expect(Object.keys(outcomes)).toEqual(['200']);
    expect(outcomes['200']).toBeGreaterThanOrEqual(2 * REQUESTS_AROUND);
    expect(aws.tenant.snapshot()).toBe(withAsp);
    expect(atTenant).not.toBe(before);
    expect((await call(whoami, 'GET', basic('user@gmail.com', 'correct horse: battery'))).status).toBe(200);
    expect((await call(whoami, 'GET', bearer('garbage'))).status).toBeGreaterThanOrEqual(401);
  });

  it.each(['false', 'true'])(
    'can turn the shared cache off and on again without refusing a request: sharedCache=%s',
    { timeout: 240_000 },
    async (sharedCache) => {
      const load = callers();
      await load.more(REQUESTS_AROUND);
      current = await aws.synth({ ...SETTINGS, sharedCache });
      succeeded(await aws.deploy(current));
      await load.more(REQUESTS_AROUND);
      expect(Object.keys(await load.stop())).toEqual(['200']);
    },
  );

  it('can be destroyed', async () => {
    succeeded(await aws.destroy(current));
  });
});
