/** The processes that other tests use: they must behave as containers do, or those tests prove nothing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Fleet, startFleet } from '../../support/handlers/fleet.ts';
import { HandlerProcess } from '../../support/handlers/handler-process.ts';
import { restRequest } from '../../support/handlers/rest-request.ts';
import { bearer } from '../../support/http/call.ts';

let fleet: Fleet;
const lines: string[] = [];

beforeAll(async () => {
  fleet = await startFleet({ size: 2, onLine: (line) => lines.push(line) });
});

afterAll(() => fleet?.close());

describe('authorizers in processes of their own', () => {
  it('allow a valid token, refuse another, and write a line for each', async () => {
    const [first, second] = fleet.processes;
    const allowed = await first?.invoke(restRequest(bearer(fleet.tenant.mintOpaque())));
    const refused = await second?.invoke(restRequest(bearer('unknown')));
    expect(allowed).toMatchObject({ response: { policyDocument: { Statement: [{ Effect: 'Allow' }] } } });
    expect(refused).toEqual({ error: { errorType: 'Error', errorMessage: 'Unauthorized' } });
    expect(lines.map((line) => JSON.parse(line).outcome)).toEqual(['allow', 'unauthenticated']);
  });

  it('handle one event at a time, in order', async () => {
    const [first] = fleet.processes;
    const token = bearer(fleet.tenant.mintOpaque());
    const before = introspections();
    fleet.tenant.faults.add({ kind: 'latency', ms: 50, path: '/oauth/introspect', times: 1 });
    await Promise.all([first?.invoke(restRequest(token)), first?.invoke(restRequest(token))]);
    expect(introspections() - before).toBe(1);
  });

  it('report how much memory they use', async () => {
    const { heapUsed, rss } = (await fleet.processes[0]?.memory()) ?? { heapUsed: 0, rss: 0 };
    expect(heapUsed).toBeGreaterThan(1_000_000);
    expect(rss).toBeGreaterThan(heapUsed);
  });

  it('fail the events of a process that has ended', async () => {
    const extra = await fleet.start();
    await extra.close();
    await expect(extra.invoke(restRequest(bearer('token')))).rejects.toThrow('The function ended');
  });

  it('do not start without their code', async () => {
    const starting = HandlerProcess.start({ environment: {}, directory: '/nowhere' });
    await expect(starting).rejects.toThrow(/^The function ended: exit code 1\. [\s\S]*Cannot find module/);
  });
});

function introspections(): number {
  return fleet.tenant.requestLog.find('POST', '/oauth/introspect').length;
}
