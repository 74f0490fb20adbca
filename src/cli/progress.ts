/** Reports on standard error that work takes long, and keeps reporting. */
import type { Ports } from './ports.ts';
import type { Terminal } from './terminal.ts';

const FIRST_NOTE_MS = 2000;
const NEXT_NOTE_MS = 5000;

/**
 * Waits for work. Reports it on standard error after two seconds, and then every five seconds.
 *
 * @param what such as `the tenant`
 */
export async function waitFor<Result>(
  what: string,
  work: () => Promise<Result>,
  { terminal: { note }, setTimer }: Pick<Ports, 'setTimer'> & { readonly terminal: Pick<Terminal, 'note'> },
): Promise<Result> {
  let cancel = setTimer(FIRST_NOTE_MS, () => report(FIRST_NOTE_MS));
  const report = (waitedMs: number) => {
    note(`Waiting for ${what} … ${waitedMs / 1000} s`);
    cancel = setTimer(NEXT_NOTE_MS, () => report(waitedMs + NEXT_NOTE_MS));
  };
  try {
    return await work();
  } finally {
    cancel();
  }
}
