import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';

const FILE = '../../../../local/acceptance/observer.cjs';
const { handler } = createRequire(import.meta.url)(FILE);

const event = {
  type: 'REQUEST',
  methodArn: 'arn:aws:execute-api:r:1:api/prod/GET/shape',
  headers: { Authorization: 'Observe allow canary-in-a-header', 'X-Private': 'canary-kq3v' },
  path: '/canary-path',
};

describe('the observer', () => {
  it('fits into a template', () => {
    expect(readFileSync(new URL(FILE, import.meta.url)).length).toBeLessThanOrEqual(4096);
  });

  it('describes an event by names and types, never by values', async () => {
    const { context } = await handler(event);
    expect(context.shape).toBe('headers.*:string methodArn:string path:string type:string');
    expect(context.spelling).toBe('Authorization');
    expect(JSON.stringify(context)).not.toContain('canary');
  });

  it('passes the description on to the caller', async () => {
    const { context } = await handler(event);
    const { body } = await handler({ requestContext: { authorizer: context } });
    expect(JSON.parse(body)).toMatchObject({ call: context.call, shape: context.shape });
  });

  it('throws, denies or allows as the header asks', async () => {
    const withWish = (wish: string) => handler({ ...event, headers: { authorization: `Observe ${wish}` } });
    await expect(withWish('throw')).rejects.toThrow('asked to throw');
    await expect(withWish('unauthorized')).rejects.toThrow(/^Unauthorized$/);
    expect((await withWish('deny')).policyDocument.Statement[0].Effect).toBe('Deny');
    expect((await withWish('allow')).policyDocument.Statement[0].Effect).toBe('Allow');
  });
});
