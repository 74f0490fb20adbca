import { expect, it } from 'vitest';
import { TableError } from '../../../src/shared-state/ports.ts';
import { Fleet } from '../../support/core/fleet.ts';
import { activePassword, INACTIVE } from '../../support/core/introspection-responses.ts';
import type { Reply } from '../../support/core/scripted-http.ts';

it('a revocation after the table of marks is back is learned before the second flush', async () => {
  let response: Reply = activePassword();
  const fleet = new Fleet(() => response);
  const BEARER = 'Bearer abcdefghijklmnop';
  await fleet.reason(0, BEARER);
  fleet.clock.advanceSeconds(60);
  const { read } = fleet.marks;
  fleet.marks.read = () => Promise.reject(new TableError('throttled', 'Down.'));
  for (let second = 0; second < 35; second += 1) {
    await fleet.reason(0, BEARER);
    fleet.clock.advanceSeconds(1);
  }
  fleet.marks.read = read.bind(fleet.marks);
  fleet.revoke('introspected');
  response = INACTIVE;
  fleet.clock.advanceSeconds(13);
  expect(await fleet.reason(0, BEARER)).toBe('token_inactive');
});
