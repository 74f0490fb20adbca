/** Revokes what was found out about a user's app specific passwords: sends a message to the revocation queue, and reads what came of it. */
import type { FlushState } from '../revocation/flush-schedule.ts';
import { markMessage } from '../revocation/message.ts';
import { type Marks, markId } from '../shared-state/revocation-mark.ts';
import type { Revoker } from './ports.ts';

export interface RevokerPorts {
  /** Sends a message to the revocation queue. */
  readonly send: (message: string) => Promise<void>;
  readonly readMarks: (id: string) => Promise<Marks | undefined>;
  readonly readFlushes: () => Promise<FlushState>;
}

/** @param issuer of all users */
export function createRevoker(issuer: string, { send, readMarks, readFlushes }: RevokerPorts): Revoker {
  return {
    revoke: (subject) => send(markMessage({ issuer, subject, kind: 'introspected' })),
    revokedAtMs: async (subject) => {
      const { introspected, all } = (await readMarks(markId(issuer, subject))) ?? {};
      const times = [introspected, all].filter((time) => time !== undefined);
      return times.length === 0 ? undefined : Math.max(...times);
    },
    flushes: readFlushes,
  };
}
