/** Starts the page. */
import { Api } from './api.ts';
import { App } from './app.ts';
import { type PageConfiguration, parseConfiguration } from './configuration.ts';
import { buildFrame, type Frame } from './frame.ts';
import { failureNotice } from './notice.ts';
import { type Arrival, Session } from './session.ts';
import { TEXTS } from './texts.ts';

/** The page's own URL without a query. It ends with a slash. */
const PAGE_URL = new URL('.', location.href).href.replace(/[?#].*$/, '');

const ARRIVAL_TEXTS: Readonly<Record<Arrival['outcome'], string | undefined>> = {
  none: undefined,
  signed_in: undefined,
  signed_out: TEXTS.signedOutNow,
  refused: TEXTS.signInRefused,
  failed: TEXTS.signInFailed,
};

async function readConfiguration(): Promise<PageConfiguration> {
  const response = await fetch(new URL('config.json', PAGE_URL), { credentials: 'omit', redirect: 'error' });
  if (!response.ok) throw new Error(`config.json has the status ${response.status}.`);
  return parseConfiguration(await response.json());
}

async function start(): Promise<void> {
  const configuration = await readConfiguration();
  const frame = buildFrame(configuration.audience);
  const session = await Session.open(configuration, PAGE_URL);
  const api = new Api(PAGE_URL, {
    token: (isStale) => session.token(isStale),
    send: (...request) => fetch(...request),
    isOnline: () => navigator.onLine,
  });
  const app = new App({ configuration, session, api, frame });
  const arrival = await session.arrive();
  if (arrival.outcome === 'signed_in') await app.showSignedIn(arrival.draft);
  else if (await session.isOpen()) await app.showSignedIn();
  else app.showSignedOut(ARRIVAL_TEXTS[arrival.outcome]);
}

function showFailure(error: unknown, frame: Frame): void {
  frame.show(failureNotice(error, { retry: () => location.reload(), signIn: () => location.reload() }, 'page_broken'));
}

start().catch((error: unknown) => showFailure(error, buildFrame('')));
