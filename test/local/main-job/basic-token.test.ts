/** Tokens as the password of Basic: a real git and a real curl before the local API. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { unauthorizedChallenge } from '../../../src/config/challenges.ts';
import { basic } from '../../support/http/call.ts';
import {
  type GitBackend,
  git,
  lacks,
  README_TEXT,
  run,
  startGitBackend,
  temporaryDirectory,
} from '../../support/local/git-repository.ts';
import { type LocalForTest, startLocal, UNCACHED } from '../../support/local/start.ts';

const USERS = { basicTokenUsers: ['token', 'oauth2'] };
const KINDS = ['jwt', 'opaque', 'asp'] as const;

type Token = (local: LocalForTest) => string;
const WRONG: readonly (readonly [string, string, Token])[] = [
  ['an expired JWT', 'token', ({ ready }) => ready.tokens.expiredJwt],
  ['a refresh token', 'token', ({ ready }) => ready.tokens.refresh],
  ['an unknown token of 40 characters', 'token', () => 'x'.repeat(40)],
  ['the password of a user', 'token', ({ ready }) => ready.users[0]?.password ?? ''],
  ['an ASP of another user under a name that is not configured', 'nobody@example.com', ({ ready }) => ready.tokens.asp],
];

async function startWithGit(): Promise<LocalForTest & { readonly backend: GitBackend }> {
  const backend = await startGitBackend();
  const local = await startLocal({ ...USERS, backendUrl: backend.url, routes: { 'ANY /{proxy+}': ['read:foo'] } });
  return { ...local, backend };
}

describe.skipIf(lacks('git'))('git', () => {
  it.each(KINDS)('lists and clones a repository with a token as the password: %s', async (kind) => {
    const local = await startWithGit();
    const repository = `${local.ready.gateway}repo.git`;
    const token = local.ready.tokens[kind];
    const listed = await git(['ls-remote', repository], 'token', token);
    expect(listed).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/\trefs\/heads\/main\n/) });
    const clone = join(temporaryDirectory(), 'clone');
    expect(await git(['clone', repository, clone], 'oauth2', token)).toMatchObject({ exitCode: 0 });
    expect(readFileSync(join(clone, 'README'), 'utf8')).toBe(README_TEXT);
    expect(local.calls('/oauth/token')).toBe(0);
    expect(local.calls('/oauth/introspect')).toBe(kind === 'jwt' ? 0 : 1);
    expect(local.log.find(({ outcome }) => outcome === 'allow')).toMatchObject({
      kind: kind === 'jwt' ? 'jwt' : 'opaque',
      carrier: 'basic',
    });
    expect(local.backend.seen[0]?.headers).toMatchObject({ 'x-auth-sub': 'auth0%7C1234' });
    expect(JSON.stringify([local.log, local.backend.seen])).not.toContain(token);
  });

  it('sends a token only because the API offers Basic, which basicTokenUsers turns on', async () => {
    const local = await startWithGit();
    const offered = await local.call('GET', '/repo.git/info/refs');
    expect(offered.headers.get('www-authenticate')).toBe(
      unauthorizedChallenge({ audience: 'https://demo.api', basicChallenge: 'first' }),
    );
    const silent = await startLocal({ backendUrl: local.backend.url, routes: { 'ANY /{proxy+}': ['read:foo'] } });
    const listed = await git(['ls-remote', `${silent.ready.gateway}repo.git`], 'token', silent.ready.tokens.jwt);
    expect(listed).toMatchObject({ exitCode: 128 });
    // The gateway refused a request without a credential, and there was no other one.
    expect(silent.log).toEqual([]);
  });

  it.each(WRONG)('is refused with %s', async (_, username, token) => {
    const local = await startWithGit();
    const listed = await git(['ls-remote', `${local.ready.gateway}repo.git`], username, token(local));
    expect(listed).toMatchObject({ exitCode: 128, stderr: expect.stringContaining('Authentication failed') });
    expect(local.backend.seen).toEqual([]);
  });
});

describe.skipIf(lacks('curl'))('curl -u', () => {
  const curl = ({ ready }: LocalForTest, username: string, secret: string, path = 'foo') =>
    run('curl', [
      '-s',
      '-o',
      '/dev/null',
      '-w',
      '%{http_code}',
      '-u',
      `${username}:${secret}`,
      `${ready.gateway}${path}`,
    ]);

  it.each(KINDS)('is let in with a token as the password: %s', async (kind) => {
    const local = await startLocal(USERS);
    for (const username of USERS.basicTokenUsers) {
      expect((await curl(local, username, local.ready.tokens[kind])).stdout).toBe('200');
    }
  });

  it.each(WRONG)('is refused with %s', async (_, username, token) => {
    const local = await startLocal({ ...USERS, ...UNCACHED });
    expect((await curl(local, username, token(local))).stdout).toBe('401');
  });
});

describe('a token as the password of Basic', () => {
  it.each(['auto', 'password-first', 'introspect-first'])(
    'is never tried as a login: basicOrder %s',
    async (basicOrder) => {
      const local = await startLocal({ ...USERS, ...UNCACHED, basicOrder });
      const [user] = local.ready.users;
      const secrets = [...Object.values(local.ready.tokens), 'x'.repeat(40), 'correct horse', user?.password ?? ''];
      for (const secret of secrets) {
        for (const username of USERS.basicTokenUsers) await local.call('GET', '/foo', basic(username, secret));
      }
      expect(local.log).toHaveLength(2 * secrets.length);
      expect(local.calls('/oauth/token')).toBe(0);
    },
  );

  it('shares the cached result of the Bearer token, also in the caches of the gateway and between the two user names', async () => {
    const local = await startLocal(USERS);
    const { asp } = local.ready.tokens;
    const credentials = [`Bearer ${asp}`, basic('token', asp), basic('oauth2', asp)];
    for (const credential of [...credentials, ...credentials]) {
      expect((await local.call('GET', '/foo', credential)).status).toBe(200);
    }
    expect(local.calls('/oauth/introspect')).toBe(1);
    expect(local.log.map(({ cacheHit }) => cacheHit)).toEqual([false, true, true]);
  });

  it('belongs to its own user, whatever other credentials say', async () => {
    const local = await startLocal(USERS);
    const { body } = await local.call('GET', '/whoami', basic('token', local.ready.tokens.asp));
    expect(JSON.parse(body)).toMatchObject({ sub: 'auth0|1234', username: 'user@gmail.com' });
  });

  it('is refused like the Bearer token if it is bound to a key of its holder', async () => {
    const local = await startLocal(USERS);
    const bound = local.tenant.mintJwt({ claims: { cnf: { jkt: 'x' } } });
    expect((await local.call('GET', '/foo', basic('token', bound))).status).toBe(401);
    expect(local.log.at(-1)).toMatchObject({ reason: 'token_sender_constrained', kind: 'jwt', carrier: 'basic' });
  });

  it('is an ordinary password unless the user name is configured', async () => {
    const local = await startLocal(UNCACHED);
    expect((await local.call('GET', '/foo', basic('token', 'x'.repeat(40)))).status).toBe(401);
    expect(local.calls('/oauth/token')).toBe(1);
  });
});
