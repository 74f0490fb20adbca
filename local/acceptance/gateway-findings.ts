/** Finds out, through the observer stack, how API Gateway behaves where its documentation says too little. */
import type { HttpRequest } from '../../src/core/http.ts';
import { isJsonObject } from '../../src/core/json.ts';
import { call, inWords, type Seen } from './caller.ts';
import { compareWithRecorded, differenceInWords, missingIn } from './event-shapes.ts';
import type { Deployed, RunContext } from './run-context.ts';

const SECTION = 'Events of API Gateway';
/** What `lambda/authorizer` reads. Without one of these it could not decide. */
const READ_BY_US = {
  rest: [
    'methodArn:string',
    'path:string',
    'multiValueHeaders.*:array',
    'requestContext.httpMethod:string',
    'requestContext.resourcePath:string',
    'requestContext.identity.sourceIp:string',
  ],
  http: [
    'version:string',
    'routeKey:string',
    'rawPath:string',
    'headers.*:string',
    'requestContext.http.method:string',
  ],
  proxy: ['httpMethod:string', 'resource:string', 'path:string', 'requestContext.authorizer.*:string'],
};
const RECORDED = {
  rest: ['rest-authorizer', 'rest-authorizer-version-1'],
  http: ['http-api-authorizer'],
  proxy: ['rest-proxy'],
};
/** A header that the observer allows. */
const ALLOW = 'Observe allow';
/** A gateway may have several nodes, each with a cache. */
const CACHE_ATTEMPTS = 6;

type Member = 'call' | 'shape' | 'spelling' | 'integration' | 'entry' | 'type';

/** @throws Interrupted */
export async function observeGateway(context: RunContext, { observer }: Deployed): Promise<void> {
  await observeFailures(context, observer);
  await observeEvents(context, observer);
  await observeCache(context, observer);
  notObserved(context);
}

async function observeFailures({ guide, ports, report }: RunContext, { restUrl, httpUrl }: Deployed['observer']) {
  const wishes = [
    { question: 'Gateway response of a REST authorizer that throws', wish: 'throw' },
    { question: 'Gateway response of a REST authorizer with a malformed result', wish: 'malformed' },
    { question: 'Gateway response of a REST authorizer that throws "Unauthorized"', wish: 'unauthorized' },
    { question: 'Gateway response of a REST authorizer that denies', wish: 'deny' },
  ];
  for (const { question, wish } of wishes) {
    const seen = await guide.step(question, () => call(ports.http, `${restUrl}shape`, `Observe ${wish}`));
    const entry = memberOf(seen, 'entry');
    if (entry === '')
      report.didNotSee(question, `${seen.status} without the observer's body. Look at the API's gateway responses.`);
    else report.saw(question, `${entry}, status ${seen.status}, context.error.responseType ${memberOf(seen, 'type')}`);
  }
  const missing = await guide.step('a request without a header', () => call(ports.http, `${restUrl}shape`));
  report.saw('A REST request without the identity source', `${missing.status} ${memberOf(missing, 'entry')}`.trim());
  const thrown = await guide.step('an HTTP API', () => call(ports.http, `${httpUrl}shape`, 'Observe throw'));
  report.saw('Status of an HTTP API whose authorizer throws', String(thrown.status));
}

async function observeEvents({ guide, ports, report }: RunContext, { restUrl, httpUrl }: Deployed['observer']) {
  const rest = await guide.step('the events of a REST API', () => call(ports.http, `${restUrl}shape`, ALLOW));
  const http = await guide.step('the events of an HTTP API', () => call(ports.http, `${httpUrl}shape`, ALLOW));
  const events = [
    { title: 'REST authorizer event', kind: 'rest', seen: rest, member: 'shape' },
    { title: 'REST proxy event', kind: 'proxy', seen: rest, member: 'integration' },
    { title: 'HTTP API authorizer event, payload 2.0', kind: 'http', seen: http, member: 'shape' },
  ] as const;
  for (const { title, kind, seen, member } of events) {
    const shape = memberOf(seen, member);
    if (shape === '') {
      report.judge(SECTION, title, false, inWords(seen), "the observer's description of the event");
      continue;
    }
    const missing = missingIn(shape, READ_BY_US[kind]);
    const got = missing.length === 0 ? 'has every member that we read' : `lacks ${missing.join(', ')}`;
    report.compare(SECTION, title, got, 'has every member that we read');
    report.saw(title, differenceInWords(compareWithRecorded(shape, RECORDED[kind])));
  }
  report.saw('Spelling of the header Authorization in a REST event', memberOf(rest, 'spelling') || 'no such header');
  report.saw(
    'Spelling of the header authorization in an HTTP API event',
    memberOf(http, 'spelling') || 'no such header',
  );
}

/** The same identity sources as ours: credential, method, domain and path. */
async function observeCache(context: RunContext, { restUrl }: Deployed['observer']): Promise<void> {
  const { guide, report, configuration } = context;
  const question = 'Identity sources of a cached result';
  if (configuration.gatewayTtlSeconds === 0) {
    report.didNotSee(question, 'gatewayTtlSeconds is 0. Set it to 60 with -c.');
    return;
  }
  const send = (path: string, wish = ALLOW, method: HttpRequest['method'] = 'GET') =>
    callOf(context, `${restUrl}${path}`, wish, method);
  const calls = await guide.step('the cache of the gateway', async () => {
    const first = new Set<string>();
    for (let attempt = 0; attempt < CACHE_ATTEMPTS; attempt += 1) first.add(await send('shape'));
    return {
      distinct: first.size,
      others: [await send('shape', ALLOW, 'POST'), await send('other'), await send('shape', `${ALLOW} again`)],
      first,
    };
  });
  if (calls.first.has('') || calls.distinct === CACHE_ATTEMPTS) {
    report.didNotSee(question, `${CACHE_ATTEMPTS} requests used no cached result. Look at the stage's authorizer.`);
    return;
  }
  const reused = ['another method', 'another path', 'another credential'].filter((_what, index) => {
    const other = calls.others[index];
    return other !== undefined && calls.first.has(other);
  });
  const title = 'a cached result is used for the same method, path and credential only';
  report.compare(SECTION, title, reused.length === 0 ? 'yes' : `also for ${reused.join(', ')}`, 'yes');
  const ratio = `${CACHE_ATTEMPTS} requests with one credential caused ${calls.distinct} calls of the authorizer`;
  report.saw(
    question,
    `${ratio}; another method, path or credential caused a new one${reused.length === 0 ? '' : ', with exceptions'}`,
  );
}

async function callOf({ ports }: RunContext, url: string, authorization: string, method: HttpRequest['method']) {
  return memberOf(await call(ports.http, url, authorization, method), 'call');
}

/** What cannot be seen from outside, and how to look. */
function notObserved({ report }: RunContext): void {
  const passed = 'The deployment worked, so every member that its own strict parser reads was there.';
  report.didNotSee(
    'WebSocket authorizer event',
    'the run opens no WebSocket. Log the names of its members in a function of your own.',
  );
  report.didNotSee(
    'Custom resource events',
    `${passed} Log the names of the members in a function of your own to see the rest.`,
  );
  report.didNotSee('Rotation events', `${passed} With rotationDays above 0, Secrets Manager itself sent them.`);
}

function memberOf({ body }: Seen, name: Member): string {
  const value = isJsonObject(body) ? body[name] : undefined;
  return typeof value === 'string' ? value : '';
}
