import { expect, it } from 'vitest';
import { LoginGuard } from '../../../local/tenant/login-guard.ts';
import { seed } from '../../../local/tenant/seed.ts';
import { createState } from '../../../local/tenant/state.ts';
import { START_MS } from '../../support/tenant/tenant.ts';

const USER = 'user@gmail.com';

function guard() {
  const clock = { ms: START_MS };
  return { clock, logins: new LoginGuard(createState(seed, 'http://127.0.0.1:1/'), () => clock.ms) };
}

it('failures are counted for each user and address, whatever the case of the username', () => {
  const { logins } = guard();
  for (let count = 0; count < 10; count += 1) logins.fail(USER.toUpperCase(), '192.0.2.1');
  expect(logins.isBlocked(USER, '192.0.2.1')).toBe(true);
  expect(logins.isBlocked(USER, '192.0.2.2')).toBe(false);
  expect(logins.isBlocked('other@example.com', '192.0.2.1')).toBe(false);
});

it('a success resets the count, but not the total', () => {
  const { logins } = guard();
  for (let count = 0; count < 9; count += 1) logins.fail(USER, '192.0.2.1');
  logins.succeed(USER, '192.0.2.1');
  logins.fail(USER, '192.0.2.1');
  expect(logins.failures(USER, '192.0.2.1')).toBe(1);
  expect(logins.isBlocked(USER, '192.0.2.1')).toBe(false);
  expect(logins.totalFailures()).toBe(10);
});

it('a block ends after thirty days', () => {
  const { logins, clock } = guard();
  for (let count = 0; count < 10; count += 1) logins.fail(USER, '192.0.2.1');
  clock.ms += 30 * 86_400_000 - 1;
  expect(logins.isBlocked(USER, '192.0.2.1')).toBe(true);
  clock.ms += 1;
  expect(logins.isBlocked(USER, '192.0.2.1')).toBe(false);
});
