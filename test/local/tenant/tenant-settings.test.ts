import { expect, it } from 'vitest';
import { manage } from '../../support/tenant/requests.ts';
import { open } from '../../support/tenant/tenant.ts';

it('a client is shown without its secret', async () => {
  const { tenant } = await open();
  const { status, body } = await manage(tenant, 'GET', 'clients/local-password-client');
  expect({ status, ...body }).toMatchObject({ status: 200, is_token_endpoint_ip_header_trusted: true });
  expect(body.grant_types).toContain('http://auth0.com/oauth/grant-type/password-realm');
  expect(body).not.toHaveProperty('client_secret');
  expect(await manage(tenant, 'GET', 'clients/nobody')).toMatchObject({
    status: 404,
    body: { errorCode: 'inexistent_client' },
  });
  expect(JSON.stringify((await manage(tenant, 'GET', 'clients')).body)).not.toContain('-secret"');
});

it('the settings name the default connection, and connections are found by name', async () => {
  const { tenant } = await open();
  const { default_directory: name } = (await manage(tenant, 'GET', 'tenants/settings')).body;
  expect((await manage(tenant, 'GET', `connections?name=${name}`)).body).toMatchObject([{ name, strategy: 'auth0' }]);
});
