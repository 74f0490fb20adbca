/** Runs `npm start` with routes and a backend of one's own, and every command that it prints. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { rowsOf, runCurlLines, runUntilReady, startBackend } from '../../support/local/demonstration.ts';

const lacksCurl = spawnSync('curl', ['--version']).status !== 0;

describe.skipIf(lacksCurl)('npm start', () => {
  it('prints commands that get the statuses of its table, for the demo routes', async () => {
    const { lines } = await runUntilReady('start.ts', [], async (printed) => {
      expect(await runCurlLines(printed)).toEqual(rowsOf(printed).map((row) => row.slice(0, 3)));
    });
    expect(rowsOf(lines)).toHaveLength(12);
    const commands = lines.filter((line) => line.startsWith('    curl '));
    expect(commands).toHaveLength(12);
    expect(Math.max(...commands.map(({ length }) => length))).toBeLessThan(140);
    expect(lines.join('\n')).not.toContain('\u001b');
  });

  it('demonstrates a route of its configuration, and no request fails because a route does not exist', async () => {
    const routes = { 'GET /orders/{id}': { anyOf: ['read:orders', 'admin'] }, 'GET /health': 'public' };
    const { lines } = await runUntilReady('start.ts', ['-c', `routes=${JSON.stringify(routes)}`], async (printed) => {
      expect(await runCurlLines(printed)).toEqual(rowsOf(printed).map((row) => row.slice(0, 3)));
    });
    expect(lines[0]).toMatch(/ {4}\(routes: GET \/orders\/\{id\}, GET \/health \(public\)\)$/);
    expect(rowsOf(lines)).toEqual([
      '200 allowed   JWT as Bearer',
      '200 allowed   opaque token as Bearer',
      '200 allowed   ASP as Bearer',
      '200 allowed   username and ASP as Basic',
      '200 allowed   username and password as Basic',
      '200 allowed   JWT signed with PS256',
      '401 refused   expired JWT',
      '401 refused   revoked ASP',
      '401 refused   refresh token',
      '401 refused   no credential',
      '401 refused   encrypted token',
      '403 refused   missing scope: read:foo only',
    ]);
  });

  it('demonstrates each audience, of which a route may require one', async () => {
    const other = ['-c', 'audiences=["https://old.api","https://demo.api/"]'];
    const { lines } = await runUntilReady('start.ts', other, async (printed) => {
      expect(await runCurlLines(printed)).toEqual(rowsOf(printed).map((row) => row.slice(0, 3)));
    });
    const rows = rowsOf(lines);
    expect(rows.slice(0, 7)).toContain('200 allowed   ASP for https://old.api');
    expect(rows.slice(0, 7)).toContain('200 allowed   ASP for https://demo.api/');
    const routes = { 'GET /a': { allOf: ['read:a'], audience: 'https://old.api' } };
    const restricted = await runUntilReady(
      'start.ts',
      [...other, '-c', `routes=${JSON.stringify(routes)}`],
      async () => {},
    );
    expect(rowsOf(restricted.lines)).toEqual([
      '200 allowed   JWT as Bearer',
      '200 allowed   opaque token as Bearer',
      '200 allowed   ASP as Bearer',
      '200 allowed   username and ASP as Basic',
      '200 allowed   JWT signed with PS256',
      '401 refused   ASP for https://demo.api',
      '401 refused   ASP for https://demo.api/',
      '401 refused   expired JWT',
      '401 refused   revoked ASP',
      '401 refused   refresh token',
      '401 refused   no credential',
      '401 refused   encrypted token',
      '403 refused   missing scope: read:foo only',
    ]);
  });

  it('demonstrates proofs if dpop is on, and prints a command for every other request', async () => {
    const args = ['-c', 'dpop=accepted', '-c', 'gatewayTtlSeconds=0'];
    const { lines } = await runUntilReady('start.ts', args, async (printed) => {
      const statuses = rowsOf(printed).filter((row) => !row.includes('DPoP proof'));
      expect(await runCurlLines(printed)).toEqual(statuses.map((row) => row.slice(0, 3)));
    });
    expect(rowsOf(lines).filter((row) => /DPoP|bound/.test(row))).toEqual([
      '200 allowed   JWT bound to a key, with a DPoP proof',
      '401 refused   JWT bound to a key, as Bearer',
      '401 refused   a DPoP proof that was used before',
      '401 refused   a DPoP proof by another key',
    ]);
    expect(rowsOf(lines)).toHaveLength(16);
    expect(lines).toContain('A DPoP proof is for one use, so its requests have no command.');
  });

  it('expects every token without a binding to be refused if one is required', async () => {
    const args = ['-c', 'dpop=required', '-c', 'gatewayTtlSeconds=0'];
    const { lines } = await runUntilReady('start.ts', args, async () => {});
    const [first, ...others] = rowsOf(lines);
    expect(first).toBe('200 allowed   JWT bound to a key, with a DPoP proof');
    expect(others.map((row) => row.slice(0, 11))).toEqual(Array(15).fill('401 refused'));
    expect(lines.join('\n')).not.toContain('(expected');
  });

  it('forwards requests to a backend with the principal instead of the credential', async () => {
    const backend = await startBackend();
    const routes = { 'ANY /{proxy+}': ['read:orders'], 'DELETE /orders': ['admin'] };
    const args = ['-c', `backendUrl=${backend.url}`, '-c', `routes=${JSON.stringify(routes)}`];
    const { lines } = await runUntilReady('start.ts', args, async (printed) => {
      expect(await runCurlLines(printed)).toEqual(rowsOf(printed).map((row) => row.slice(0, 3)));
    });
    const secret = /^The backend {2}(\S+) {4}\(x-gateway-secret: (\S+)\)$/.exec(
      lines.find((line) => line.startsWith('The backend')) ?? '',
    );
    expect(secret?.[1]).toBe(backend.url);
    expect(rowsOf(lines).map((row) => row.slice(0, 11))).toEqual([
      ...Array(6).fill('404 allowed'),
      ...Array(5).fill('401 refused'),
      '403 refused',
    ]);
    expect(lines).toContain('The status of an allowed request is from the backend.');
    // Six of the table and six of the commands.
    expect(backend.seen).toHaveLength(12);
    for (const { url, headers } of backend.seen) {
      expect(url).toBe('/base/example');
      expect(headers).toMatchObject({ 'x-auth-sub': 'auth0%7C1234', 'x-gateway-secret': secret?.[2] });
      expect(headers).not.toHaveProperty('authorization');
    }
  });

  it.each([
    ['every route is public', { 'GET /health': 'public' }],
    [
      'no route that requires a credential has the method GET, and other methods may change something in your backend',
      { 'DELETE /orders/{id}': ['admin'] },
    ],
  ])('sends nothing and says why if %s', async (reason, routes) => {
    const backend = await startBackend();
    const args = ['-c', `backendUrl=${backend.url}`, '-c', `routes=${JSON.stringify(routes)}`];
    const { lines } = await runUntilReady('start.ts', args, async () => {});
    expect(lines).toContain(`No request is shown: ${reason}.`);
    expect(rowsOf(lines)).toEqual([]);
    expect(backend.seen).toEqual([]);
  });
});
