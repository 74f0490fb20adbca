import { expect, it } from 'vitest';
import { ask, managementToken } from '../../support/tenant/requests.ts';
import { open } from '../../support/tenant/tenant.ts';

const MANAGEMENT_PATH = '/api/v2/resource-servers';

function bearer(token: string) {
  return { headers: { authorization: `Bearer ${token}` } };
}

it('a request is refused if its token is missing, invalid or for another API', async () => {
  const { tenant } = await open();
  const audience = `${tenant.issuer}api/v2/`;
  const unauthorized = (message: string) => ({
    status: 401,
    body: { statusCode: 401, error: 'Unauthorized', message },
  });
  expect(await ask(tenant, MANAGEMENT_PATH)).toMatchObject(unauthorized('Missing authentication'));
  const bad = ['garbage', tenant.mintJwt(), tenant.mintJwt({ audience, alg: 'none' }), tenant.mintOpaque({ audience })];
  for (const token of bad) {
    expect(await ask(tenant, MANAGEMENT_PATH, bearer(token))).toMatchObject(unauthorized('Invalid token'));
  }
  const expired = bearer(tenant.mintJwt({ audience, scope: 'read:resource_servers', expiresInSeconds: -1 }));
  expect(await ask(tenant, MANAGEMENT_PATH, expired)).toMatchObject({ status: 401 });
});

it('a token without the scope is refused with the name of the scope', async () => {
  const { tenant } = await open();
  const token = bearer(await managementToken(tenant));
  expect(await ask(tenant, '/api/v2/users/auth0%7C1234/application-passwords', token)).toMatchObject({
    status: 403,
    body: {
      statusCode: 403,
      error: 'Forbidden',
      message: 'Insufficient scope, expected any of: read:user_application_passwords',
      errorCode: 'insufficient_scope',
    },
  });
});
