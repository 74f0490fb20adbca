/** `asp delete` with a revocation queue, against the local tenant. */
import { describe, expect, it } from 'vitest';
import { AwsError } from '../../../src/aws/errors.ts';
import type { Ports } from '../../../src/cli/ports.ts';
import { openReadyTenant, USER } from '../../support/cli/tenant.ts';

const QUEUE = 'https://sqs.eu-west-1.amazonaws.com/111122223333/Revocations';
const DELETED = ['--user', USER, '--yes'];

async function openWithPassword() {
  const opened = await openReadyTenant();
  await opened.asp(['create', '--user', USER, '--label', 'laptop', '--scope', 'read:foo']);
  const [id = ''] = opened.tenant.state.applicationPasswords.keys();
  return { ...opened, id };
}

/** Notes whether the tenant still had the password when the message was sent. */
function queue(state: { readonly applicationPasswords: ReadonlyMap<string, unknown> }) {
  const sent: unknown[] = [];
  const ports: Partial<Ports> = {
    sendToQueue: async (url, body) => void sent.push([url, JSON.parse(body), state.applicationPasswords.size]),
  };
  return { sent, ports };
}

const unsendable: Partial<Ports> = {
  sendToQueue: () => Promise.reject(new AwsError('queue_unwritable', 'The queue cannot be written: got AccessDenied.')),
};

describe('asp delete with a revocation queue', () => {
  it('tells the deployment after the tenant has deleted the password', async () => {
    const { asp, tenant, id } = await openWithPassword();
    const { sent, ports } = queue(tenant.state);
    const run = await asp(['delete', id, ...DELETED, '--queue', QUEUE], { ports });
    expect(run).toMatchObject({
      code: 0,
      stderr: `Deleted ${id}.\nSent the revocation. The deployment refuses the password within seconds.\n`,
    });
    expect(sent).toEqual([[QUEUE, { version: 1, subject: USER, kind: 'introspected' }, 0]]);
  });

  it('finds the queue in the environment, and prints for programs that the revocation was sent', async () => {
    const { asp, tenant, id } = await openWithPassword();
    const { sent, ports } = queue(tenant.state);
    const environment = { ASP_REVOCATION_QUEUE: QUEUE };
    const run = await asp(['delete', id, ...DELETED, '--json'], { ports, environment });
    expect(JSON.parse(run.stdout)).toEqual({ id, deleted: true, revocation: 'sent' });
    expect(sent).toHaveLength(1);
  });

  it('reports that the password is deleted but the message was not sent, and how to send it again', async () => {
    const { asp, tenant, id } = await openWithPassword();
    const run = await asp(['delete', id, ...DELETED, '--queue', QUEUE], { ports: unsendable });
    expect(run.code).toBe(1);
    expect(tenant.state.applicationPasswords.size).toBe(0);
    expect(run.stderr).toMatch(
      /^Deleted asp_\w+\.\nThe password is deleted, but its revocation could not be sent\. The queue cannot be written: got AccessDenied\. .*\n$/,
    );
    expect(run.stderr).toContain(`To send it again: asp revoke --user '${USER}' --kind introspected\n`);
  });

  it('prints the same for programs', async () => {
    const { asp, id } = await openWithPassword();
    const run = await asp(['delete', id, ...DELETED, '--queue', QUEUE, '--json'], { ports: unsendable });
    expect(run.code).toBe(1);
    expect(JSON.parse(run.stdout)).toEqual({ id, deleted: true, revocation: 'failed' });
    expect(JSON.parse(run.stderr)).toMatchObject({ error: { code: 'revocation_unsent' } });
  });

  it('deletes nothing if the stack does not name a queue', async () => {
    const { asp, tenant, id } = await openWithPassword();
    const readStackOutput = () => Promise.reject(new AwsError('stack_unreadable', 'There is no such stack.'));
    const run = await asp(['delete', id, ...DELETED, '--stack', 'Mine'], { ports: { readStackOutput } });
    expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no such stack.') });
    expect(tenant.state.applicationPasswords.size).toBe(1);
  });
});
