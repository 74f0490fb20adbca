/** Tells the person at the terminal that something takes long, and goes on telling. */
import type { Ports } from './ports.ts';
import type { Terminal } from './terminal.ts';

const FIRST_NOTE_MS = 2000;
const NEXT_NOTE_MS = 5000;

/**
 * Waits for work; says so on standard error after two seconds, and every five from then on.
 *
 * @param what such as `the tenant`
 */
export async function waitFor<Result>(
  what: string,
  work: () => Promise<Result>,
  { terminal: { note }, setTimer }: Pick<Ports, 'setTimer'> & { readonly terminal: Pick<Terminal, 'note'> },
): Promise<Result> {
  let cancel = setTimer(FIRST_NOTE_MS, () => tell(FIRST_NOTE_MS));
  const tell = (waitedMs: number) => {
    note(`Waiting for ${what} … ${waitedMs / 1000} s`);
    cancel = setTimer(NEXT_NOTE_MS, () => tell(waitedMs + NEXT_NOTE_MS));
  };
  try {
    return await work();
  } finally {
    cancel();
  }
}
