/** Runs `npm run deploy:local` with routes and a backend of one's own, and every command that it prints. */
import { expect, inject, it } from 'vitest';
import { rowsOf, runCurlLines, runUntilReady, startBackend } from '../support/local/demonstration.ts';

it.skipIf(inject('ministack') === '')(
  'demonstrates its own routes in front of its own backend, and restores the tenant',
  { timeout: 300_000 },
  async () => {
    const backend = await startBackend();
    const routes = { 'GET /orders/{id}': ['read:orders'], 'POST /orders': ['admin'], 'GET /health': 'public' };
    const args = ['-c', `backendUrl=${backend.url}`, '-c', `routes=${JSON.stringify(routes)}`];
    const { lines, exitCode } = await runUntilReady('deploy-local.ts', args, async (printed) => {
      expect(await runCurlLines(printed)).toEqual(rowsOf(printed).map((row) => row.slice(0, 3)));
    });
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
    expect(lines.find((line) => line.startsWith('The API'))).toMatch(
      /\(routes: GET \/orders\/\{id\}, POST \/orders, GET \/health \(public\)\)$/,
    );
    expect(backend.seen.map(({ url }) => url)).toEqual(Array(12).fill('/base/orders/example'));
    expect(lines.at(-1)).toBe('Destroyed. The tenant is byte for byte as it was before.');
    expect(exitCode).toBe(0);
  },
);
