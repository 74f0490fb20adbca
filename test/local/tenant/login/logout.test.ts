import { expect, it } from 'vitest';
import { type Application, CALLBACK, openApplication, PAGE_CLIENT, tokensOf } from '../../../support/tenant/login.ts';

const visit = ({ browser }: Application, path: string, query: Record<string, string>) =>
  browser.visit(`${path}?${new URLSearchParams(query)}`);

const hasSession = ({ browser }: Application) => [...browser.cookies.keys()].some((name) => name.includes('session'));

it('a logout ends the session and returns to the application', async () => {
  const application = await openApplication();
  await tokensOf(application);
  expect(hasSession(application)).toBe(true);
  const page = await visit(application, '/v2/logout', { client_id: PAGE_CLIENT, returnTo: CALLBACK });
  expect(page).toMatchObject({ status: 302, url: CALLBACK });
  expect(hasSession(application)).toBe(false);
});

it('a logout may return to the origin of the application, and goes to the first of its URLs if none is named', async () => {
  const application = await openApplication();
  const origin = { client_id: PAGE_CLIENT, returnTo: 'http://127.0.0.1:4567' };
  expect(await visit(application, '/v2/logout', origin)).toMatchObject({ url: 'http://127.0.0.1:4567/' });
  expect(await visit(application, '/v2/logout', { client_id: PAGE_CLIENT })).toMatchObject({ url: CALLBACK });
});

it('a logout that names no application ends at the tenant', async () => {
  const application = await openApplication();
  await tokensOf(application);
  expect(await visit(application, '/v2/logout', {})).toMatchObject({
    status: 200,
    text: expect.stringContaining('You are logged out'),
  });
  expect(hasSession(application)).toBe(false);
});

it.each([
  ['another host', 'https://attacker.example/'],
  ['a longer path', `${CALLBACK}/more`],
  ['a longer host', 'http://127.0.0.1:4567.attacker.example'],
  ['an encoded letter', 'http://127.0.0.1:4567/%63allback'],
  ['a fragment', `${CALLBACK}#x`],
  ['no scheme', '//attacker.example'],
  ['a script', 'javascript:alert(1)'],
])('a logout does not redirect to %s', async (_name, url) => {
  const application = await openApplication();
  const { id_token = '' } = await tokensOf(application);
  const pages = [
    await visit(application, '/v2/logout', { client_id: PAGE_CLIENT, returnTo: url }),
    await visit(application, '/v2/logout', { returnTo: url }),
    await visit(application, '/oidc/logout', { client_id: PAGE_CLIENT, post_logout_redirect_uri: url }),
    await visit(application, '/oidc/logout', { id_token_hint: id_token, post_logout_redirect_uri: url }),
    await visit(application, '/oidc/logout', { post_logout_redirect_uri: url }),
  ];
  for (const page of pages) {
    expect(page.status).toBe(400);
    expect(page.headers.get('location')).toBeNull();
  }
});

it('an OpenID Connect logout refuses hints that are wrong or of another client', async () => {
  const application = await openApplication();
  const { tenant } = application;
  const { id_token = '' } = await tokensOf(application);
  const status = async (query: Record<string, string>) => (await visit(application, '/oidc/logout', query)).status;
  expect(await status({ id_token_hint: 'x.y.z' })).toBe(400);
  expect(await status({ id_token_hint: `${id_token}x` })).toBe(400);
  expect(await status({ id_token_hint: id_token, client_id: 'local-web-client' })).toBe(400);
  const foreign = tenant.mintJwt({ audience: PAGE_CLIENT, issuer: 'https://attacker.example/' });
  expect(await status({ id_token_hint: foreign })).toBe(400);
  expect(await status({ client_id: 'nobody' })).toBe(400);
  expect(await status({ id_token_hint: tenant.mintJwt({ audience: PAGE_CLIENT, expiresInSeconds: -60 }) })).toBe(200);
});
