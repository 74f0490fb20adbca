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

const MESSAGE = { version: 1, subject: USER, kind: 'introspected' };

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
    expect(sent).toEqual([[QUEUE, MESSAGE, 0]]);
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
    expect(run.stderr).toContain(
      `To send it again: asp revoke --user '${USER}' --kind introspected --queue '${QUEUE}'\n`,
    );
  });

  it('names the stack again that it was given, in quotes for a shell', async () => {
    const { asp, id } = await openWithPassword();
    const ports = { ...unsendable, readStackOutput: async () => QUEUE };
    const run = await asp(['delete', id, ...DELETED, '--stack', "It's\u202emine"], { ports });
    expect(run.stderr).toContain(`--kind introspected --stack 'It'\\''s\\u{202e}mine'\n`);
  });

  it('does not name again what the environment still does', async () => {
    const { asp, id } = await openWithPassword();
    const run = await asp(['delete', id, ...DELETED], {
      ports: unsendable,
      environment: { ASP_REVOCATION_QUEUE: QUEUE },
    });
    expect(run.stderr).toMatch(/--kind introspected\n$/);
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

describe('asp delete of a password that is already deleted', () => {
  it('tells the deployment nevertheless, since an earlier run may not have done so', async () => {
    const { asp, tenant, id } = await openWithPassword();
    tenant.state.applicationPasswords.delete(id);
    const { sent, ports } = queue(tenant.state);
    const run = await asp(['delete', id, ...DELETED, '--queue', QUEUE], { ports });
    expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining('It may be deleted already. Sent the') });
    expect(sent).toEqual([[QUEUE, MESSAGE, 0]]);
  });

  it('reports how to tell the deployment, if it cannot or does not know how', async () => {
    const { asp, tenant, id } = await openWithPassword();
    tenant.state.applicationPasswords.delete(id);
    const unsent = await asp(['delete', id, ...DELETED, '--queue', QUEUE, '--json'], { ports: unsendable });
    expect(unsent).toMatchObject({ code: 1, stdout: '' });
    expect(JSON.parse(unsent.stderr)).toMatchObject({
      error: {
        code: 'not_found',
        message: expect.stringMatching(/could not be sent\. .* To send it again: asp revoke /),
      },
    });
    const { code, stderr } = await asp(['delete', id, ...DELETED]);
    expect(code).toBe(1);
    expect(stderr).toContain(`refuses it within seconds after: asp revoke --user '${USER}' --kind introspected\n`);
  });
});

describe('asp delete without a usable response of the tenant', () => {
  const path = `/api/v2/users/${encodeURIComponent(USER)}/application-passwords`;
  const deletionOf = (id: string) => ({ method: 'DELETE', path: `${path}/${id}` });

  it('tells the deployment, because the tenant may have deleted the password', async () => {
    const { asp, tenant, id } = await openWithPassword();
    const { sent, ports } = queue(tenant.state);
    tenant.faults.add({ ...deletionOf(id), kind: 'dieAfter' });
    const run = await asp(['delete', id, ...DELETED, '--queue', QUEUE], { ports });
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('The password may be deleted nevertheless. Sent the revocation nevertheless');
    expect(tenant.state.applicationPasswords.size).toBe(0);
    expect(sent).toEqual([[QUEUE, MESSAGE, 0]]);
  });

  it('does not tell the deployment if the tenant refused the request', async () => {
    const { asp, tenant, id } = await openWithPassword();
    const { sent, ports } = queue(tenant.state);
    tenant.faults.add({ ...deletionOf(id), kind: 'status', status: 403 });
    const run = await asp(['delete', id, ...DELETED, '--queue', QUEUE], { ports });
    expect(run.code).toBe(1);
    expect(sent).toEqual([]);
  });
});
