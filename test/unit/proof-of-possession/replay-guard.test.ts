import { describe, expect, it } from 'vitest';
import { ReplayGuard } from '../../../src/proof-of-possession/replay-guard.ts';
import { TableError } from '../../../src/shared-state/ports.ts';
import { FrozenClock } from '../../support/core/clock.ts';

const PROOF = { jwkThumbprint: 'thumbprint', jti: 'one', expiresAtMs: 300_000 };
const guardWith = (error: Error) => new ReplayGuard({ add: () => Promise.reject(error) }, new FrozenClock().read);

describe('a proof that cannot be recorded', () => {
  it('is an error that says why, and keeps the cause', async () => {
    const cause = new TableError('denied', 'PutItem failed.');
    await expect(guardWith(cause).record(PROOF)).rejects.toMatchObject({
      code: 'proofs_unrecordable',
      message:
        'The DPoP proof cannot be recorded (denied), so a replay could not be detected. Check the table of proofs and the role of the function.',
      cause,
    });
  });

  it('does not hide a bug of an observer', async () => {
    const bug = new RangeError('no');
    const record = guardWith(new TableError('denied', 'PutItem failed.')).record(PROOF, () => {
      throw bug;
    });
    await expect(record).rejects.toBe(bug);
  });
});
