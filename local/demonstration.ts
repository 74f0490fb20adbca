/**
 * Prints what `npm start` and `npm run deploy:local` show: one real request for each kind of credential, with its
 * response.
 */
import type { Ready } from './environment.ts';

/** An API with credentials for it. */
export interface DemoTarget {
  readonly ready: Pick<Ready, 'gateway' | 'issuer' | 'users' | 'tokens'>;
  /** An app specific password that was created and then deleted. */
  readonly revokedApplicationPassword: string;
}

/** One request to the demo API. */
interface Example {
  readonly title: string;
  readonly method: 'GET' | 'POST';
  readonly authorization?: string;
  readonly expected: number;
}

/**
 * Sends one request for each kind of credential. Prints the `curl` command and the status of each response.
 *
 * @param print receives one line, without a line break
 */
export async function demonstrate(local: DemoTarget, print: (line: string) => void): Promise<void> {
  const { gateway, issuer } = local.ready;
  print(`The API      ${gateway}    (routes: GET POST PATCH DELETE /foo, GET /whoami)`);
  print(`The tenant   ${issuer}`);
  print('');
  for (const example of examples(local)) {
    const status = await send(gateway, example);
    const surprise = status === example.expected ? '' : `   (expected ${example.expected})`;
    print(`${status} ${example.expected < 400 ? 'allowed' : 'refused'}   ${example.title}${surprise}`);
    print(`    ${curl(gateway, example)}`);
  }
  print('');
  print('Press Ctrl-C to stop.');
}

function examples({ ready, revokedApplicationPassword }: DemoTarget): readonly Example[] {
  const { users, tokens } = ready;
  const [user] = users;
  if (!user) throw new Error('The local tenant has no user.');
  const { username, password } = user;
  const bearer = (token: string) => `Bearer ${token}`;
  const basic = (secret: string) => `Basic ${Buffer.from(`${username}:${secret}`).toString('base64')}`;
  return [
    { title: 'JWT as Bearer', method: 'GET', authorization: bearer(tokens.jwt), expected: 200 },
    { title: 'opaque token as Bearer', method: 'GET', authorization: bearer(tokens.opaque), expected: 200 },
    { title: 'ASP as Bearer', method: 'GET', authorization: bearer(tokens.asp), expected: 200 },
    { title: 'username and ASP as Basic', method: 'GET', authorization: basic(tokens.asp), expected: 200 },
    { title: 'username and password as Basic', method: 'GET', authorization: basic(password), expected: 200 },
    { title: 'expired JWT', method: 'GET', authorization: bearer(tokens.expiredJwt), expected: 401 },
    { title: 'revoked ASP', method: 'GET', authorization: bearer(revokedApplicationPassword), expected: 401 },
    { title: 'refresh token', method: 'GET', authorization: bearer(tokens.refresh), expected: 401 },
    { title: 'no credential', method: 'GET', expected: 401 },
    { title: 'missing scope: read:foo only', method: 'POST', authorization: bearer(tokens.asp), expected: 403 },
  ];
}

async function send(gateway: string, { method, authorization }: Example): Promise<number> {
  const response = await fetch(`${gateway}foo`, { method, headers: authorization ? { authorization } : {} });
  await response.arrayBuffer();
  return response.status;
}

function curl(gateway: string, { method, authorization }: Example): string {
  const parts = ['curl', '-i', ...(method === 'GET' ? [] : ['-X', method])];
  return [...parts, ...(authorization ? [`-H 'Authorization: ${authorization}'`] : []), `${gateway}foo`].join(' ');
}
