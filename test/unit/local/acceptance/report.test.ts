import { describe, expect, it } from 'vitest';
import { inWords, isAllowed } from '../../../../local/acceptance/caller.ts';
import { acceptanceConfiguration } from '../../../../local/acceptance/configuration.ts';
import { compareWithRecorded, differenceInWords, missingIn } from '../../../../local/acceptance/event-shapes.ts';
import { parseAcceptanceOptions } from '../../../../local/acceptance/options.ts';
import { reportAsJson, reportInWords } from '../../../../local/acceptance/print-report.ts';
import { Redactor } from '../../../../local/acceptance/redactor.ts';
import { Report } from '../../../../local/acceptance/report.ts';
import { differencesBetween, type TenantSnapshot } from '../../../../local/acceptance/tenant-snapshot.ts';
import { createStyle } from '../../../../src/cli/style.ts';

const SUBJECT = { stackPrefix: 'Auth0Acceptance1', issuer: 'https://t/', audience: 'a', account: '1', region: 'r' };
const newReport = () => new Report(SUBJECT, (text) => text.replaceAll('hunter2!', '[secret]'));

describe('the report', () => {
  it('is as expected if nothing differed, even if something was not tried or not seen', () => {
    const report = newReport();
    report.compare('Credentials', 'JWT', '200', '200');
    report.notTried('Credentials', 'opaque token', 'there is none');
    report.didNotSee('question', 'look there');
    expect(report.isAsExpected).toBe(true);
    expect(reportInWords(report, createStyle(false))).toEqual([
      '',
      'Credentials',
      '  as expected  JWT: 200',
      '  not tried    opaque token: there is none',
      '',
      'How your account and tenant behave',
      '  not seen     question: look there',
      '',
      'All as expected: 1 as expected, 0 different, 1 not tried, in 0 s.',
    ]);
  });

  it.each<[string, (report: Report) => void]>([
    ['a check differed', (report) => report.compare('Credentials', 'JWT', '500', '200')],
    ['something was left behind', (report) => report.leave('a stack')],
    ['the run ended early', (report) => Object.assign(report, { incomplete: 'Interrupted.' })],
  ])('is not as expected if %s', (_what, change) => {
    const report = newReport();
    change(report);
    expect(report.isAsExpected).toBe(false);
    expect(JSON.parse(reportAsJson(report))).toMatchObject({ ...SUBJECT, isAsExpected: false });
  });

  it('redacts why a run ended early', () => {
    const report = newReport();
    report.incomplete = 'The output was: hunter2!';
    expect(report.incomplete).toBe('The output was: [secret]');
  });

  it('redacts every text', () => {
    const report = newReport();
    report.compare('Credentials', 'JWT', 'got hunter2!', 'not hunter2!');
    report.saw('question', 'hunter2!');
    report.leave('hunter2!');
    expect(reportAsJson(report)).not.toContain('hunter2!');
  });
});

describe('the redactor', () => {
  it('replaces secrets in every form, the longest first, and leaves short words alone', () => {
    const redactor = new Redactor();
    redactor.add('secret', 'secret"and&more', 'a', undefined);
    expect(redactor.redact('Authorization: Basic dXNlcjpzZWNyZXQ=, and no more')).toBe(
      'Authorization: Basic […], and no more',
    );
    expect(redactor.redact('secret"and&more, secret\\"and&more, secret%22and%26more, secret, a')).toBe(
      '[…], […], […], […], a',
    );
  });
});

describe('a response', () => {
  const seen = (status: number, body: unknown = {}, isRefused = false) => ({ status, headers: {}, body, isRefused });

  it.each([200, 204, 302, 404])('with status %d comes from the backend', (status) => {
    expect(isAllowed(seen(status, { error: 'of the backend' }))).toBe(true);
  });

  it.each([
    ['a throttle', seen(429, { error: 'slow down' })],
    ['AWS WAF or API Gateway itself', seen(403, { message: 'Forbidden' })],
    ['the authorizer', seen(401, { title: 'Unauthorized' }, true)],
    ['a broken backend', seen(502)],
    ['nobody', seen(0)],
  ])('from %s does not count as allowed', (_what, response) => {
    expect(isAllowed(response)).toBe(false);
    expect(inWords(response)).not.toContain('allowed');
  });
});

describe('the configuration of a run', () => {
  const pairs = ['issuer=https://t.example/', 'audience=a', 'managementSecret=m'];

  it('has a stack prefix of its own', async () => {
    const { configuration } = await acceptanceConfiguration(pairs, '1a2b3c');
    expect(configuration).toMatchObject({ stackPrefix: 'Auth0Acceptance1a2b3c', cacheTtlSeconds: 10 });
  });

  it('refuses the prefix of another deployment, whose stacks it would destroy', async () => {
    await expect(acceptanceConfiguration([...pairs, 'stackPrefix=Auth0Authorizer'], '1')).rejects.toThrow(
      /Got -c stackPrefix=Auth0Authorizer; expected one that starts with Auth0Acceptance/,
    );
  });

  it('comes from the command line, which refuses unknown options', () => {
    expect(parseAcceptanceOptions(['--yes', '-c', 'a=b', '--credentials', 'f'])).toEqual({
      help: false,
      yes: true,
      json: false,
      credentialsFile: 'f',
      contextPairs: ['a=b'],
    });
    expect(() => parseAcceptanceOptions(['--password', 'x'])).toThrow(/Unknown option '--password'/);
  });
});

describe('the comparison of the tenant', () => {
  const api = { id: '1', identifier: 'a', name: '', scopes: ['x', 'y'], keys: { verificationKey: null } };
  const before = { resourceServer: api, clientGrant: undefined } as unknown as TenantSnapshot;

  it('ignores the order of scopes', () => {
    const after = { ...before, resourceServer: { ...api, scopes: ['y', 'x'] } } as unknown as TenantSnapshot;
    expect(differencesBetween(before, after)).toEqual([]);
  });

  it('names what differs', () => {
    const changed = { ...api, keys: { verificationKey: 'k' } };
    const after = { resourceServer: changed, clientGrant: { id: 'g' } } as unknown as TenantSnapshot;
    expect(differencesBetween(before, after)).toEqual(["the API's keys", 'the client grant was not there before']);
    expect(differencesBetween(after, { ...before, resourceServer: undefined })).toEqual([
      'the API is gone',
      'the client grant is gone',
    ]);
  });
});

describe('the comparison of an event with the recorded ones', () => {
  it('names members that are new, absent or of another type, but no values', () => {
    const shape = 'requestContext.stage:number requestContext.news:string path:string';
    const difference = compareWithRecorded(shape, ['rest-authorizer', 'rest-authorizer-version-1']);
    expect(difference.added).toEqual(['requestContext.news']);
    expect(difference.changed).toEqual(['requestContext.stage (number)']);
    expect(difference.absent).toContain('methodArn');
    expect(differenceInWords(difference)).toMatch(/^has, unlike the recorded events: requestContext\.news; lacks: /);
  });

  it('lists required members that are missing', () => {
    expect(missingIn('path:string', ['path:string', 'methodArn:string'])).toEqual(['methodArn:string']);
  });
});
