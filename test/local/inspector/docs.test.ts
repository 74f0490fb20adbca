/** The docs that the inspector serves, and the links to them. */
import { describe, expect, it } from 'vitest';
import { RULES, reasonRule } from '../../../local/inspector/rules.ts';
import { CREDENTIAL_ERROR_CODES } from '../../../src/core/errors.ts';
import { call } from '../../support/http/call.ts';
import { openInspector } from '../../support/local/inspector.ts';

const { local } = await openInspector();
const get = (path: string) => call(new URL(path, local.ready.gateway), 'GET');
const others = ['scope_missing', 'route_unknown', 'issuer_unavailable', 'issuer_throttled', 'configuration_invalid'];
const rules = [...Object.values(RULES), ...[...CREDENTIAL_ERROR_CODES, ...others].map(reasonRule)];

describe('the docs', () => {
  it.each(rules.map(({ href }) => href))('have the place %s', async (href) => {
    const { status, body } = await get(href);
    expect([status, body.includes(`id="${href.split('#')[1]}"`)]).toEqual([200, true]);
  });

  it.each([
    '/.local/docs/',
    '/.local/docs/nothing.md',
    '/.local/docs/../package.json',
    '/.local/docs/%2e%2e/package.json',
    '/.local/docs/api',
  ])('have no %s', async (path) => {
    // `new URL` would resolve the dots.
    const { port } = new URL(local.ready.gateway);
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    expect([path, response.status]).not.toEqual([path, 200]);
    expect(await response.text()).not.toContain('devDependencies');
  });

  it('link only to pages that are there', async () => {
    const pages = ['credentials', 'configuration', 'reason-codes', 'operations', 'architecture'];
    for (const page of pages) {
      const { body } = await get(`/.local/docs/${page}.md`);
      const links = [...body.matchAll(/href="(\/\.local\/docs\/[^"#]*)/g)].map(([, path = '']) => path);
      expect(links.length).toBeGreaterThan(2);
      for (const path of new Set(links)) expect([page, path, (await get(path)).status]).toEqual([page, path, 200]);
    }
  });
});
