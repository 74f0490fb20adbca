/** The row "cache table throttled, slow …: never an allow that the issuer would not give". */
import { describe, expect, it } from 'vitest';
import { TableError } from '../../../src/shared-state/ports.ts';
import { basic } from '../../support/core/composed.ts';
import { Fleet } from '../../support/core/fleet.ts';
import { activePassword, INACTIVE } from '../../support/core/introspection-responses.ts';
import type { Reply } from '../../support/core/scripted-http.ts';

const fail = () => Promise.reject(new TableError('timeout', 'Down.'));

describe.each([
  ['Bearer', 'Bearer abcdefghijklmnop'],
  ['Basic', basic('user@example.com', 'abcdefghijklmnop')],
])(
  'a container to which the issuer has refused a credential does not accept it again from the table: %s',
  (_, credential) => {
    it('if the table could not be written', async () => {
      let response: Reply = activePassword();
      let early = 0.999;
      const fleet = new Fleet(() => response, {}, { random: () => early });
      await fleet.reason(0, credential);
      response = INACTIVE;
      fleet.clock.advanceSeconds(271);
      const { write } = fleet.entries;
      fleet.entries.write = fail;
      expect(await fleet.reason(0, credential)).toBe('token_inactive');
      fleet.entries.write = write;
      early = 0;
      fleet.clock.advanceSeconds(11);
      expect(await fleet.reason(0, credential)).toBe('token_inactive');
    });

    it('if the table could not be read', async () => {
      let response: Reply = activePassword();
      const fleet = new Fleet(() => response);
      await fleet.reason(0, credential);
      response = INACTIVE;
      const { read } = fleet.entries;
      fleet.entries.read = fail;
      expect(await fleet.reason(1, credential)).toBe('token_inactive');
      fleet.entries.read = read;
      fleet.clock.advanceSeconds(11);
      expect(await fleet.reason(1, credential)).toBe('token_inactive');
    });
  },
);
