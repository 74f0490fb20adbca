import { describe, expect, it } from 'vitest';
import { createAppPasswordsHandler } from '../../../../lambda/app-passwords/create-handler.ts';
import { ALICE, AUDIENCE, BEARER, MALLORY, ORIGIN, SETTINGS, World } from '../../../support/app-passwords/world.ts';
import { NOW_SECONDS } from '../../../support/core/clock.ts';

describe('the list of app passwords', () => {
  it('has the caller’s own for the audience, the newest first, with what the tenant and the table know', async () => {
    const world = new World();
    const old = world.tenant.add(ALICE, { createdAt: '2025-01-01T00:00:00Z', lastAccessed: '2026-01-14T08:00:00Z' });
    const { id } = world.tenant.add(ALICE, { label: 'new' });
    world.tenant.add(ALICE, { audience: 'https://other.api' });
    world.tenant.add(MALLORY);
    await world.expiries.add({ id: 'x', subject: ALICE, passwordId: old.id, expiresAt: NOW_SECONDS });
    await world.expiries.add({ id: 'y', subject: MALLORY, passwordId: id, expiresAt: NOW_SECONDS });
    const { status, body } = await world.call();
    expect(status).toBe(200);
    expect(body).toEqual({
      appPasswords: [
        expect.objectContaining({ id, label: 'new', lastUsedAt: null, expiresAt: null, state: 'active' }),
        {
          id: old.id,
          label: 'made elsewhere',
          scopes: ['read:foo'],
          createdAt: '2025-01-01T00:00:00.000Z',
          lastUsedAt: '2026-01-14T08:00:00.000Z',
          expiresAt: '2026-01-15T12:00:00.000Z',
          state: 'expired',
        },
      ],
      scopes: ['read:foo', 'create:foo'],
      maximum: 20,
    });
  });

  it('is not shown without the expiries', async () => {
    const world = new World();
    world.expiries.ofUser = async () => Promise.reject(new Error('no table'));
    expect((await world.call()).status).toBe(500);
  });

  it('shows odd labels and times of passwords that were made elsewhere as harmless data', async () => {
    const world = new World();
    world.tenant.add(ALICE, { label: '</script><b>&\u202e\u2028', createdAt: 'yesterday' });
    const { text, body } = await world.call();
    expect(text).not.toMatch(/[<>&\u2028]/);
    expect(body.appPasswords).toMatchObject([{ label: '</script><b>&\ufffd\ufffd', createdAt: null }]);
  });

  it('is limited for each user', async () => {
    const world = new World();
    for (let request = 1; request <= 30; request += 1) {
      expect((await world.call()).status).toBe(200);
      if (request % 6 === 0) world.clock.advanceSeconds(10);
    }
    expect((await world.call()).body.code).toBe('rate_limited');
    expect((await world.call({ context: { sub: MALLORY } })).status).toBe(200);
  });
});

describe('another user', () => {
  const asQuery = { queryStringParameters: { sub: MALLORY }, multiValueQueryStringParameters: { sub: [MALLORY] } };

  it.each([
    ['in the query', { event: asQuery }, 'parameters_invalid'],
    ['in one kind of query parameters only', { event: { queryStringParameters: { a: '' } } }, 'parameters_invalid'],
  ])('cannot be named %s', async (_, call, code) => {
    const world = new World();
    for (const reply of [await world.call(call), await world.create({}, call), await world.remove('asp_1', call)]) {
      expect(reply.body.code).toBe(code);
    }
    expect(world.tenant.calls).toEqual([]);
  });

  it.each(['sub', 'userId', 'user_id', 'subject', 'audience', 'clientId'])(
    'cannot be named by %s in the body',
    async (name) => {
      const world = new World();
      expect((await world.create({ [name]: MALLORY })).body.code).toBe('body_malformed');
      expect(world.tenant.calls).toEqual([]);
    },
  );

  it('cannot be named by headers, stage variables or identity', async () => {
    const world = new World();
    await world.create(
      {},
      {
        headers: { 'x-auth-sub': MALLORY, 'X-User': MALLORY },
        event: { stageVariables: { sub: MALLORY }, identitySource: MALLORY },
      },
    );
    expect([...world.tenant.passwords.values()].map(({ userId }) => userId)).toEqual([ALICE]);
  });
});

describe('a refused request', () => {
  it.each([
    ['an app specific password', { token_type: 'application_specific_password_token' }, 403, 'credential_not_allowed'],
    ['a client', { sub: 'page-client@clients' }, 403, 'credential_not_allowed'],
    ['another client', { client_id: 'other' }, 403, 'client_not_allowed'],
    ['no scope', { scope: 'read:foo' }, 403, 'scope_missing'],
  ])('with %s is logged with its code and metric, and changes nothing', async (_, context, status, code) => {
    const world = new World();
    const id = world.tenant.add(ALICE).id;
    for (const reply of [
      await world.call({ context }),
      await world.create({}, { context }),
      await world.state(id, { context }),
      await world.remove(id, { context }),
    ]) {
      expect([reply.status, reply.body.code]).toEqual([status, code]);
      expect(reply.headers['Content-Type']).toBe('application/problem+json');
      expect(reply.headers['Cache-Control']).toBe('no-store');
    }
    expect(world.tenant.calls).toEqual([]);
    expect(world.log.map((line) => [line.action, line.outcome, line.code, line.AppPasswordsRefused])).toEqual(
      ['list', 'create', 'state', 'delete'].map((action) => [action, 'refused', code, 1]),
    );
  });

  it('has a problem document', async () => {
    expect((await new World().state('asp_9')).body).toEqual({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      detail: 'You have no app password with this id.',
      code: 'not_found',
    });
  });

  it('shows and logs nothing of the credential', async () => {
    const world = new World();
    world.tenant.before = async () => Promise.reject(new Error('canary'));
    const replies = [
      await world.call({ headers: { Authorization: 'Bearer canary' } }),
      await world.call({ headers: { Authorization: BEARER.replace('e30', 'canary') } }),
    ];
    expect(replies.map(({ status }) => status)).toEqual([403, 500]);
    expect([...replies.map(({ text }) => text), ...world.lines].join()).not.toMatch(/canary|eyJ/);
  });
});

describe('the body of a request', () => {
  const VALID = '{"label":"a","scopes":["read:foo"]}';

  it.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"'])(
    'may have the type %s',
    async (type) => {
      expect((await new World().create({}, { headers: { 'content-type': type } })).status).toBe(201);
    },
  );

  it.each([
    '',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'text/plain;application/json',
    'application/json, text/plain',
    'application/json;charset=utf-16',
    'application/jsonp',
  ])('may not have the type %j, which a form of another site could send', async (type) => {
    const { status, body } = await new World().create({}, { headers: { 'content-type': type } });
    expect([status, body.code]).toEqual([415, 'content_type_unsupported']);
  });

  it('may have one type only', async () => {
    const multiValueHeaders = { Authorization: [BEARER], 'content-type': ['application/json', 'text/plain'] };
    expect((await new World().create({}, { event: { multiValueHeaders } })).status).toBe(415);
  });

  it('may be in base64, and must be UTF-8', async () => {
    const send = (bytes: Buffer) =>
      new World().create({}, { event: { body: bytes.toString('base64'), isBase64Encoded: true } });
    expect((await send(Buffer.from(VALID))).status).toBe(201);
    expect((await send(Buffer.from(VALID.replace('"a"', '"\xff"'), 'latin1'))).body.code).toBe('body_malformed');
  });

  it('may have 4 KB', async () => {
    const pad = (length: number) => VALID + ' '.repeat(length - VALID.length);
    expect((await new World().call({ method: 'POST', body: pad(4096) })).status).toBe(201);
    expect((await new World().call({ method: 'POST', body: pad(4097) })).body.code).toBe('body_too_large');
  });

  it('must be there', async () => {
    const { body } = await new World().create({}, { event: { body: null } });
    expect(body.code).toBe('body_malformed');
  });
});

describe('pages of other origins', () => {
  it('can read the responses if they are listed', async () => {
    const { headers } = await new World().call({ headers: { Origin: ORIGIN } });
    expect(headers).toMatchObject({
      'Access-Control-Allow-Origin': ORIGIN,
      'Access-Control-Expose-Headers': 'Location, Retry-After, WWW-Authenticate',
      Vary: 'Origin',
    });
    expect(headers).not.toHaveProperty('Access-Control-Allow-Credentials');
  });

  it.each(['https://evil.example', 'null', `${ORIGIN}.evil.example`, 'http://app.example', ''])(
    'cannot if they are not: %j',
    async (origin) => {
      const world = new World();
      for (const reply of [
        await world.call({ headers: { origin } }),
        await world.state('x', { headers: { origin } }),
      ]) {
        expect(reply.headers).not.toHaveProperty('Access-Control-Allow-Origin');
        expect(reply.headers.Vary).toBe('Origin');
      }
    },
  );

  it('can read problems, too', async () => {
    const { headers, status } = await new World().state('asp_9', { headers: { origin: ORIGIN } });
    expect([status, headers['Access-Control-Allow-Origin']]).toEqual([404, ORIGIN]);
  });
});

describe('the location of a new password', () => {
  it.each([
    ['/app-passwords', 'https://host/prod/app-passwords/asp_0001'],
    ['/app-passwords/', 'https://host/prod/app-passwords/asp_0001'],
  ])('is right below %s', async (path, expected) => {
    const { headers } = await new World().create({}, { event: { path } });
    expect(new URL(headers.Location ?? '', `https://host/prod${path}`).href).toBe(expected);
  });
});

describe('the handler', () => {
  const { ports, lines } = new World();
  const handler = createAppPasswordsHandler(SETTINGS, ports);

  it.each([undefined, null, [], 'event', 7, {}, { httpMethod: 'GET' }, { Records: [] }])(
    'refuses an event that is none of its own: %j',
    async (event) => {
      await expect(handler(event)).rejects.toThrow('The event is not one that this function handles.');
    },
  );

  it.each([
    {},
    { resource: '/app-passwords' },
    { resource: '/other', requestContext: { authorizer: null } },
    { httpMethod: 'PUT', resource: '/app-passwords', requestContext: { authorizer: [] } },
    { resource: 7, path: [], headers: 'a', multiValueHeaders: 'b', pathParameters: 'c', body: {} },
  ])('responds to a request whatever is missing: %j', async (event) => {
    const response = await handler({ httpMethod: 'GET', requestContext: {}, ...event });
    expect(response).toMatchObject({ statusCode: expect.toSatisfy((status) => [403, 404].includes(status)) });
    expect(JSON.stringify(response)).not.toContain(AUDIENCE);
    expect(lines.length).toBeGreaterThan(0);
  });
});
