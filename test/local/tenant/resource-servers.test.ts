import { describe, expect, it } from 'vitest';
import { ask, manage, managementToken, newKey } from '../../support/tenant/requests.ts';
import { DEMO_API, open } from '../../support/tenant/tenant.ts';

const DEMO_PATH = `resource-servers/${encodeURIComponent(DEMO_API)}`;
const key = newKey();

function invalidBody(message: string) {
  return { status: 400, body: { statusCode: 400, error: 'Bad Request', message, errorCode: 'invalid_body' } };
}

describe('reading an API', () => {
  it('an API is found by its ID and by its exact encoded identifier', async () => {
    const { tenant } = await open();
    const byIdentifier = await manage(tenant, 'GET', DEMO_PATH);
    expect(byIdentifier).toMatchObject({ status: 200, body: { identifier: DEMO_API, name: 'Demo API' } });
    expect(await manage(tenant, 'GET', `resource-servers/${byIdentifier.body.id}`)).toMatchObject({
      body: { identifier: DEMO_API },
    });
    const nearMiss = await manage(tenant, 'GET', `resource-servers/${encodeURIComponent('https://demo.api/')}`);
    expect(nearMiss.body.identifier).toBe('https://demo.api/');
  });

  it('a missing API gets the same response as at Auth0', async () => {
    const { tenant } = await open();
    expect(await manage(tenant, 'GET', 'resource-servers/nothing')).toMatchObject({
      status: 404,
      body: {
        statusCode: 404,
        error: 'Not Found',
        message: 'The resource server does not exist',
        errorCode: 'inexistent_resource_server',
      },
    });
  });

  it('the demo API is not on the first page, however long that is', async () => {
    const { tenant } = await open();
    const { body } = await manage(tenant, 'GET', 'resource-servers?per_page=100&include_totals=true');
    expect(body).toMatchObject({ start: 0, limit: 100, total: 113 });
    expect(body.resource_servers.map((api: { identifier: string }) => api.identifier)).not.toContain(DEMO_API);
  });
});

describe('changing an API', () => {
  it('a change stores and returns the new value and keeps the others', async () => {
    const { tenant } = await open();
    const response = await manage(tenant, 'PATCH', DEMO_PATH, { verificationKey: key.pem });
    expect(response).toMatchObject({ status: 200, body: { verificationKey: key.pem, name: 'Demo API' } });
    expect(await manage(tenant, 'GET', DEMO_PATH)).toMatchObject({ body: { verificationKey: key.pem } });
  });

  it.each([
    [
      'an unknown property',
      { foo: 1, bar: 2 },
      "Payload validation error: 'Additional properties not allowed: foo,bar'.",
    ],
    [
      'another identifier',
      { identifier: 'x' },
      "Payload validation error: 'Additional properties not allowed: identifier'.",
    ],
    [
      'a wrong type',
      { name: 1 },
      "Payload validation error: 'Expected type string but found type number' on property name.",
    ],
    [
      'null for a required value',
      { name: null },
      "Payload validation error: 'Expected type string but found type null' on property name.",
    ],
    [
      'a repeated scope',
      { scopes: [{ value: 'a' }, { value: 'a' }] },
      "Payload validation error: 'Array items are not unique' on property scopes.",
    ],
    [
      'a scope that is text',
      { scopes: ['a'] },
      "Payload validation error: 'Expected type object but found type string' on property scopes.",
    ],
    [
      'a location that is not a URL',
      { verificationLocation: 'here' },
      "Payload validation error: 'Expected a URL' on property verificationLocation.",
    ],
    [
      'a repeated kid',
      {
        verificationKeys: [
          { kid: 'k', pem: key.pem },
          { kid: 'k', pem: key.pem },
        ],
      },
      "Payload validation error: 'Array items are not unique' on property verificationKeys.",
    ],
    [
      'a key without a kid',
      { verificationKeys: [{ pem: key.pem }] },
      "Payload validation error: 'Missing required property: kid' on property verificationKeys.",
    ],
  ])('a change with %s is refused', async (_name, body, message) => {
    const { tenant } = await open();
    const before = tenant.snapshot();
    expect(await manage(tenant, 'PATCH', DEMO_PATH, body)).toMatchObject(invalidBody(message));
    expect(tenant.snapshot()).toBe(before);
  });

  it('a private key is never accepted as a public one', async () => {
    const { tenant } = await open();
    const pem = String(key.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const jwk = JSON.stringify(key.privateKey.export({ format: 'jwk' }));
    for (const verificationKey of [pem, jwk, 'nothing']) {
      expect(await manage(tenant, 'PATCH', DEMO_PATH, { verificationKey })).toMatchObject({ status: 400 });
    }
  });

  it('a body that is not declared as JSON is not read', async () => {
    const { tenant } = await open();
    const headers = { authorization: `Bearer ${await managementToken(tenant)}` };
    const init = { method: 'PATCH', headers, body: JSON.stringify({ name: 'x' }) };
    expect(await ask(tenant, `/api/v2/${DEMO_PATH}`, init)).toMatchObject(
      invalidBody("Payload validation error: 'Expected type object but found type null'."),
    );
  });

  it('null removes a property and so restores the record', async () => {
    const { tenant } = await open();
    const before = tenant.snapshot();
    await manage(tenant, 'PATCH', DEMO_PATH, { verificationKey: key.pem });
    expect(tenant.snapshot()).not.toBe(before);
    const response = await manage(tenant, 'PATCH', DEMO_PATH, { verificationKey: null });
    expect(response.body).not.toHaveProperty('verificationKey');
    expect(tenant.snapshot()).toBe(before);
  });

  it('null changes nothing if the test sets keepsNulledProperties', async () => {
    const { tenant } = await open();
    await manage(tenant, 'PATCH', DEMO_PATH, { verificationKey: key.pem });
    tenant.behaviour.keepsNulledProperties = true;
    expect(await manage(tenant, 'PATCH', DEMO_PATH, { verificationKey: null })).toMatchObject({
      status: 200,
      body: { verificationKey: key.pem },
    });
  });

  it('a property is unknown to the tenant if the test lists it in refusedProperties', async () => {
    const { tenant } = await open();
    tenant.behaviour.refusedProperties = ['verificationKey'];
    expect(await manage(tenant, 'PATCH', DEMO_PATH, { verificationKey: key.pem })).toMatchObject(
      invalidBody("Payload validation error: 'Additional properties not allowed: verificationKey'."),
    );
  });

  it('the record of the Management API accepts only a change of its token lifetime', async () => {
    const { tenant } = await open();
    const path = `resource-servers/${encodeURIComponent(`${tenant.issuer}api/v2/`)}`;
    expect(await manage(tenant, 'PATCH', path, { name: 'x' })).toMatchObject({ status: 400 });
    expect(await manage(tenant, 'PATCH', path, { token_lifetime: 60 })).toMatchObject({ status: 200 });
    expect(await manage(tenant, 'DELETE', path)).toMatchObject({ status: 403 });
  });
});

it('a scope that an API loses is removed from the grants to it', async () => {
  const { tenant } = await open();
  await manage(tenant, 'PATCH', DEMO_PATH, { scopes: [{ value: 'other' }] });
  expect(tenant.state.clientGrants.get('cgr_machinedemoapi0')?.scope).toStrictEqual([]);
});

it('an API can be created once, and is deleted with its grants', async () => {
  const { tenant } = await open();
  const identifier = 'https://new.api';
  const created = await manage(tenant, 'POST', 'resource-servers', { identifier, scopes: [{ value: 'a' }] });
  expect(created).toMatchObject({
    status: 201,
    body: { id: expect.any(String), identifier, scopes: [{ value: 'a' }] },
  });
  expect(await manage(tenant, 'POST', 'resource-servers', { identifier })).toMatchObject({ status: 409 });
  await manage(tenant, 'POST', 'client-grants', {
    client_id: 'local-operator-client',
    audience: identifier,
    scope: ['a'],
  });
  expect(await manage(tenant, 'DELETE', `resource-servers/${created.body.id}`)).toMatchObject({ status: 204 });
  expect(await manage(tenant, 'DELETE', `resource-servers/${created.body.id}`)).toMatchObject({ status: 404 });
  expect([...tenant.state.clientGrants.values()].some((grant) => grant.audience === identifier)).toBe(false);
});
