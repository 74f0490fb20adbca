/** The revocation queue and its function in the emulator, which delivers messages but cannot flush caches. So the stage does not exist. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { callAws } from '../../local/deployment/aws-request.ts';
import { isJsonObject } from '../../src/core/json.ts';
import { markMessage } from '../../src/revocation/message.ts';
import { markId } from '../../src/shared-state/revocation-mark.ts';
import { AwsForTest, succeeded } from '../support/aws/aws-for-test.ts';

const ministack = inject('ministack');
const APP = 'node --import tsx test/support/aws/revocation-app.ts';

describe.skipIf(ministack === '')('the revocation queue', () => {
  let aws: AwsForTest;
  let outputs: Readonly<Record<string, string>>;
  let context: readonly string[];

  beforeAll(async () => {
    aws = await AwsForTest.start(ministack);
    context = ['-c', `issuer=${aws.tenant.issuer}`];
    succeeded(await aws.deployApp(APP, ...context));
    outputs = await aws.outputs();
  });
  afterAll(() => aws?.close());

  it('leads to a mark and to two flushes, the second by a delayed message', async () => {
    const beforeMs = Date.now();
    await send(markMessage({ subject: 'auth0|1234', kind: 'all' }));
    const mark = await eventually(() => item(markId(aws.tenant.issuer, 'auth0|1234')));
    expect(Number(mark.all)).toBeGreaterThan(beforeMs - 5000);
    expect(Number(mark.expires)).toBeGreaterThan(beforeMs / 1000 + 3600);
    expect(await item('newest')).toMatchObject({ all: mark.all });
    const state = await eventually(() => item('flush'));
    expect(Number(state.pendingMs)).toBeGreaterThanOrEqual(beforeMs + 8000);
    const lines = await eventually(async () => {
      const found = (await log()).filter(({ Flushes }) => Number(Flushes) > 0);
      return found.length >= 2 ? found : undefined;
    });
    expect(lines[0]).toMatchObject({ event: 'revocation', Marks: 1, Flushes: 1, FlushFailures: 0 });
    expect(lines[1]).toMatchObject({ Marks: 0, Flushes: 1, FlushFailures: 0 });
    expect(JSON.stringify(lines)).not.toContain('auth0|1234');
  });

  it('is destroyed with everything in it', async () => {
    succeeded(await aws.destroyApp(APP, ...context));
    const tables = await callAws(aws.account, 'dynamodb', 'DynamoDB_20120810.ListTables', {});
    expect(JSON.stringify(tables)).not.toContain(outputs.TableName);
  });

  function send(body: string) {
    const input = { QueueUrl: outputs.RevocationQueueUrl, MessageBody: body };
    return callAws(aws.account, 'sqs', 'AmazonSQS.SendMessage', input);
  }

  /** An item of the table of marks, with its numbers as texts. */
  async function item(id: string): Promise<Readonly<Record<string, unknown>> | undefined> {
    const input = { TableName: outputs.TableName, Key: { id: { S: id } }, ConsistentRead: true };
    const response = await callAws(aws.account, 'dynamodb', 'DynamoDB_20120810.GetItem', input);
    const found = isJsonObject(response) && isJsonObject(response.Item) ? response.Item : undefined;
    return (
      found && Object.fromEntries(Object.entries(found).map(([name, value]) => [name, Object.values(Object(value))[0]]))
    );
  }

  async function log(): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const input = { logGroupName: outputs.LogGroupName };
    const response = await callAws(aws.account, 'logs', 'Logs_20140328.FilterLogEvents', input);
    const events = isJsonObject(response) && Array.isArray(response.events) ? response.events : [];
    return events.flatMap(({ message }) => {
      const start = String(message).indexOf('{"event":"revocation"');
      return start === -1 ? [] : [JSON.parse(String(message).slice(start).split('\n')[0] ?? '')];
    });
  }
});

/** Tries for up to a minute. */
async function eventually<Found>(look: () => Promise<Found | undefined>): Promise<Found> {
  for (let attempt = 0; attempt < 120; attempt += 1) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(500);
  }
  throw new Error('It did not happen within a minute.');
}
