/**
 * Checks that a credential that cannot be checked gets 503. For this the observer stack has a second authorizer whose issuer
 * does not exist: changing the issuer of the deployment itself would send its set-up to a wrong tenant.
 */
import { basic, bearer, call, inWords } from './caller.ts';
import { jwtOfNobody, type RunCredentials } from './credentials.ts';
import { NO_ISSUER, OBSERVER_AUDIENCE } from './nowhere.ts';
import type { Deployed, RunContext } from './run-context.ts';

const SECTION = 'Issuer that does not exist';

/** @throws Interrupted */
export async function checkOutage(
  context: RunContext,
  { observer }: Deployed,
  { tokens }: RunCredentials,
): Promise<void> {
  const { guide, ports, report } = context;
  const jwt = { value: await jwtOfNobody(context, NO_ISSUER, OBSERVER_AUDIENCE) };
  const rows = [
    { title: 'JWT as Bearer', token: jwt, toHeader: bearer },
    { title: 'opaque token as Bearer', token: tokens.garbageToken, toHeader: bearer },
    { title: 'username and ASP as Basic', token: tokens.garbageAsp, toHeader: (asp: string) => basic('someone', asp) },
  ];
  for (const { title, token, toHeader } of rows) {
    if ('why' in token) continue;
    const seen = await guide.step(`the response to: ${title}, with an issuer that does not exist`, () =>
      call(ports.http, `${observer.unreachableUrl}foo`, toHeader(token.value)),
    );
    const retryAfter = seen.headers['retry-after'] ?? 'none';
    report.compare(SECTION, title, `${inWords(seen)}, Retry-After ${retryAfter}`, '503 refused, Retry-After 5');
  }
}
