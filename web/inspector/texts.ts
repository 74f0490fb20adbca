/** The texts of the page. The server tells what happened, in words of its own. */
import type { Check, Outcome, Station, Step, Trouble } from './protocol.ts';

export const TEXTS = {
  title: 'What happens to my request',
  subtitle: 'Local mode of the authorizer',
  skip: 'Skip to the request',
  docs: 'Docs',
  sendTitle: 'Send a request',
  credential: 'Credential',
  ownGroup: 'Your own',
  own: 'Paste your own',
  ownWords: 'Paste the value of an Authorization header. It goes to this gateway only. The page does not store it.',
  changedWords: 'You have changed the prepared credential.',
  header: 'Authorization header',
  headerNone: 'The request has no Authorization header.',
  contents: 'What it contains',
  route: 'Route',
  send: 'Send',
  sending: 'Sending …',
  newCredentials: 'Make new credentials',
  wayTitle: 'Path of the request',
  stepsTitle: 'Step by step',
  returnedTitle: 'Response',
  you: 'You',
  response: 'Response',
  emptyTitle: 'Nothing sent yet',
  empty:
    'Choose a credential and a route, and send. The request goes through the real gateway and the real authorizer.',
  rule: 'Rule:',
  total: '{ms} ms in total',
  policy: "The authorizer's policy",
  noPolicy: 'The authorizer returned no policy.',
  context: 'The context for the backend',
  noContext: 'There is no context.',
  headers: 'Response headers',
  body: 'Response body',
  emptyBody: 'The body is empty.',
  checkPassed: '1 check passed',
  checksPassed: '{count} checks passed',
  firstFailed: 'The first check failed',
  checkFailed: '1 check passed, then one failed',
  checksFailed: '{count} checks passed, then one failed',
  controlsTitle: 'Change something',
  clock: 'Clock',
  ahead: '{time} UTC, {ahead} ahead',
  onTime: '{time} UTC',
  caches: 'Empty the caches',
  tenant: 'The tenant',
  keys: 'Keys',
  rotateApiKey: "Rotate the API's key",
  rotateTenantKey: "Rotate the tenant's key",
  passwords: 'App passwords',
  label: 'Label',
  defaultLabel: 'my script',
  create: 'Create',
  unblock: 'Unblock users',
  stateTitle: 'Tenant, live',
  revoke: 'Revoke {name}',
  revokeShort: 'Revoke',
  failed: 'This did not work: {title}',
  unreachable: 'Local mode does not respond. Is it still running?',
} as const;

export const OUTCOMES: Readonly<Record<Outcome, string>> = {
  allowed: 'Allowed',
  refused: 'Refused',
  unavailable: 'Could not be checked',
  public: 'Public',
};

export const STATION_STATES: Readonly<Record<Station['state'], string>> = {
  passed: 'went on',
  cached: 'had the result',
  stopped: 'ended here',
  idle: 'not reached',
};

export const STEP_STATES: Readonly<Record<Step['state'], string>> = {
  passed: 'passed',
  failed: 'failed',
  info: 'done',
};

export const CHECK_STATES: Readonly<Record<Check['state'], string>> = {
  passed: 'passed',
  failed: 'failed',
  unreached: 'not reached',
};

export const STATIONS: Readonly<Record<Step['station'], string>> = {
  gateway: 'API Gateway',
  authorizer: 'Authorizer',
  caches: 'Caches',
  tenant: 'Tenant',
  backend: 'Backend',
};

export const TROUBLES: readonly (readonly [trouble: Trouble, words: string])[] = [
  ['none', 'Works'],
  ['stopped', 'Stopped'],
  ['slow', 'Slow'],
  ['throttled', 'Rate-limited'],
  ['failing', 'Failing'],
];

export const ADVANCES: readonly (readonly [seconds: number, words: string])[] = [
  [60, '+1 minute'],
  [3600, '+1 hour'],
  [86_400, '+1 day'],
];

export const CACHES = [
  ['gateway', 'Gateway'],
  ['process', 'Process'],
  ['shared', 'Shared'],
  ['all', 'All of them'],
] as const;
