import { expect, it } from 'vitest';
import { Fleet } from '../../support/core/fleet.ts';
import { activePassword } from '../../support/core/introspection-responses.ts';
import { json, type Reply } from '../../support/core/scripted-http.ts';

const BEARER = 'Bearer abcdefghijklmnop';

it('a principal is not served after the issuer failed, if the mark that makes it outdated was read meanwhile', async () => {
  let response: Reply = activePassword();
  const fleet = new Fleet(() => response, {}, { random: () => 0.999 });
  await fleet.reason(0, BEARER);
  fleet.clock.advanceSeconds(267);
  await fleet.reason(0, BEARER); // reads the newest mark: there is none
  fleet.clock.nowMs += 100;
  fleet.revoke('introspected');
  response = json(503, {});
  fleet.clock.nowMs += 4800; // 271.9 s: the reading is trusted for another 100 ms, and the refresh is due
  const { read } = fleet.entries;
  fleet.entries.read = async (id) => {
    fleet.clock.nowMs += 140;
    return read.call(fleet.entries, id);
  };
  const reason = await fleet.reason(0, BEARER);
  expect(fleet.tableOutcomes().slice(-3)).toContain('marks read hit');
  expect(reason).toBe('issuer_unavailable');
});

it('a token that expires while a mark is read is not accepted', async () => {
  const fleet = new Fleet(() => activePassword({ exp: fleet.clock.nowMs / 1000 + 100, token_type: 'bearer' }));
  await fleet.reason(0, 'Bearer opaque');
  fleet.clock.nowMs += 99_900;
  const { read } = fleet.marks;
  fleet.marks.read = async (id) => {
    fleet.clock.nowMs += 140;
    return read.call(fleet.marks, id);
  };
  const { calls } = fleet;
  await fleet.reason(0, 'Bearer opaque');
  expect(fleet.calls).toBe(calls + 1);
});
