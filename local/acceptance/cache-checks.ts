/**
 * Checks that a result is cached, and that it expires: an app specific password is deleted while its result is cached, and
 * must then be refused in time.
 */
import { describeError } from '../../src/cli/describe-error.ts';
import { urlOf } from '../demo-requests.ts';
import { bearer, call, inWords, isAllowed, methodOf, type Seen } from './caller.ts';
import type { RunCredentials } from './credentials.ts';
import { Interrupted } from './guide.ts';
import type { RunContext, Target } from './run-context.ts';

const SECTION = 'Caches';
/** A run should take about ten minutes. */
const LONGEST_WAIT_SECONDS = 180;
/** For the requests themselves, and for clocks that differ. */
const MARGIN_SECONDS = 10;
const POLL_MS = 2000;

/** @throws Interrupted */
export async function checkCaches(context: RunContext, target: Target, credentials: RunCredentials): Promise<void> {
  const { report, configuration } = context;
  const title = 'ASP that is deleted while its result is cached';
  const { appPasswords } = credentials;
  const { gatewayTtlSeconds, cacheTtlSeconds } = configuration;
  const limitSeconds = gatewayTtlSeconds + cacheTtlSeconds;
  if (!appPasswords) {
    const { asp } = credentials.tokens;
    report.notTried(SECTION, title, 'why' in asp ? asp.why : 'it cannot be deleted, because the run did not create it');
    return;
  }
  if (limitSeconds > LONGEST_WAIT_SECONDS) {
    const sum = `gatewayTtlSeconds and cacheTtlSeconds are ${limitSeconds} s together`;
    report.notTried(SECTION, title, `${sum}; set lower values with -c, ${LONGEST_WAIT_SECONDS} s at most`);
    return;
  }
  try {
    await checkExpiry(context, target, appPasswords, { title, limitSeconds });
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    report.judge(SECTION, title, false, describeError(error), 'a new ASP');
  }
}

interface Expiry {
  readonly title: string;
  readonly limitSeconds: number;
}

async function checkExpiry(
  context: RunContext,
  { deployed, choice: { route, scopes } }: Target,
  appPasswords: NonNullable<RunCredentials['appPasswords']>,
  { title, limitSeconds }: Expiry,
): Promise<void> {
  const { guide, ports, report } = context;
  const asp = await guide.step('a new app specific password', () => appPasswords.create(scopes));
  const send = () => call(ports.http, urlOf(deployed.apiUrl, route), bearer(asp.value), methodOf(route));
  const [first, second] = await guide.step('two requests with the same credential', async () => [
    await timed(send, ports.clock),
    await timed(send, ports.clock),
  ]);
  const both = `${inWords(first.seen)} in ${first.milliseconds} ms, then ${inWords(second.seen)} in ${second.milliseconds} ms`;
  report.judge(
    SECTION,
    'two requests with the same ASP',
    isAllowed(first.seen) && isAllowed(second.seen),
    both,
    'both allowed',
  );
  await guide.step('the deletion of the app specific password', () => appPasswords.remove(asp.id));
  const startedAtMs = ports.clock();
  const elapsedSeconds = () => Math.round((ports.clock() - startedAtMs) / 1000);
  guide.note(`Waiting until the deleted app specific password is refused, ${limitSeconds} s at most …`);
  let seen = await send();
  report.saw('Is a credential still allowed while its result is cached?', inWords(seen));
  while (isAllowed(seen) && elapsedSeconds() < limitSeconds + MARGIN_SECONDS) {
    await guide.pause(POLL_MS);
    seen = await send();
  }
  const isRefused = seen.isRefused && seen.status === 401;
  report.judge(
    SECTION,
    title,
    isRefused,
    `${inWords(seen)} after ${elapsedSeconds()} s`,
    `401 refused within ${limitSeconds} s`,
  );
}

async function timed(send: () => Promise<Seen>, clock: () => number) {
  const startedAtMs = clock();
  const seen = await send();
  return { seen, milliseconds: clock() - startedAtMs };
}
