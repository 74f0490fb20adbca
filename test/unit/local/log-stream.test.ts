import { describe, expect, it } from 'vitest';
import { logEventMessage } from '../../../local/log-stream.ts';

const DATE = '2026-01-15T12:00:00.000Z';
const PATH = '/api/v2/users/auth0%7C1/application-passwords';
const CREATED = {
  type: 'sapi',
  date: DATE,
  user_id: 'auth0|admin',
  details: { request: { method: 'post', path: PATH }, response: { body: { value: 'AbCdEfGhIjKlMnOp' } } },
};

describe('the log stream', () => {
  it('passes on the path of a write, and neither the administrator nor the response with the new password', () => {
    expect(JSON.parse(logEventMessage(CREATED) ?? '')).toEqual({ type: 'sapi', date: DATE, path: PATH });
  });

  it('passes on the user of another event', () => {
    expect(JSON.parse(logEventMessage({ type: 'scp', date: DATE, user_id: 'auth0|1', ip: '192.0.2.1' }) ?? '')).toEqual(
      {
        type: 'scp',
        date: DATE,
        user: 'auth0|1',
      },
    );
  });

  const write = (method: string, body?: object) =>
    logEventMessage({
      type: 'sapi',
      date: DATE,
      details: { request: { method, path: '/api/v2/users/auth0%7C1', body } },
    });

  it.each(['blocked', 'password', 'email', 'email_verified', 'phone_number', 'username'])(
    'passes on a PATCH of %s, even together with metadata',
    (field) => {
      expect(write('patch', { [field]: false, app_metadata: { a: 1 } })).toBeDefined();
    },
  );

  it.each([{ app_metadata: { a: 1 } }, { user_metadata: {}, name: 'Jane' }, {}, undefined])(
    'does not pass on a PATCH of %j, which refuses nobody',
    (body) => {
      expect(write('patch', body)).toBeUndefined();
    },
  );

  it('passes on the deletion of a user', () => {
    expect(write('delete')).toBeDefined();
  });

  it.each([
    [{ ...CREATED, details: { request: { path: '/api/v2/clients/1' } } }],
    [{ ...CREATED, details: {} }],
    [{ ...CREATED, date: undefined }],
    [{ type: 'scp', date: DATE }],
    [{ type: 'scp', date: DATE, user_id: '' }],
    [{ type: 'slo', date: DATE, user_id: 'auth0|1' }],
  ])('passes on no event that no rule matches, such as %j', (event) => {
    expect(logEventMessage(event)).toBeUndefined();
  });
});
