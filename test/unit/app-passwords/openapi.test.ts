import { describe, expect, it } from 'vitest';
import { OPENAPI_DOCUMENT } from '../../../src/app-passwords/openapi.ts';
import { isJsonObject, type JsonObject } from '../../../src/core/json.ts';
import { schemaFaults } from '../../support/app-passwords/schema-faults.ts';
import { ALICE, type ApiReply, World } from '../../support/app-passwords/world.ts';

const DOCUMENT: JsonObject = JSON.parse(JSON.stringify(OPENAPI_DOCUMENT));

function member(value: unknown, ...names: readonly string[]): unknown {
  return names.reduce<unknown>((found, name) => (isJsonObject(found) ? found[name] : undefined), value);
}

/** What differs between a response and its description. */
function faultsOf(method: string, path: string, { status, headers, body }: ApiReply): readonly string[] {
  const responses = member(DOCUMENT, 'paths', path, method, 'responses');
  const described = member(responses, String(status)) ?? member(responses, `${String(status)[0]}XX`);
  if (described === undefined) return [`There is no response ${status}.`];
  const schema = member(described, 'content', headers['Content-Type'] ?? '', 'schema');
  const names = Object.keys(member(described, 'headers') ?? {});
  const missing = names.filter((name) => name !== 'Retry-After' && !(name in headers));
  return [...schemaFaults(body, schema, DOCUMENT), ...missing];
}

const LIST = '/app-passwords';
const ITEM = '/app-passwords/{id}';

async function successes(): Promise<readonly (readonly [string, string, ApiReply])[]> {
  const world = new World();
  const created = await world.create({ expiresInDays: 1 });
  const id = String(created.body.id);
  world.tenant.add(ALICE, { createdAt: undefined, lastAccessed: '2026-01-02T00:00:00.000Z' });
  return [
    ['post', LIST, created],
    ['get', LIST, await world.call()],
    ['get', ITEM, await world.state(id)],
    ['delete', ITEM, await world.remove(id)],
    ['get', ITEM, await world.state(id)],
    ['delete', ITEM, await world.remove('asp_unknown')],
  ];
}

async function problems(): Promise<readonly (readonly [string, string, ApiReply])[]> {
  const world = new World({ maxAuthAgeSeconds: 60 });
  const recent = { claim_auth_time: String(world.clock.nowMs / 1000) };
  const as = (context: JsonObject) => ({ context: { ...recent, ...context } });
  const throttled = new World({}, { counter: { count: async () => false } });
  const broken = new World({}, { counter: { count: async () => Promise.reject(new Error('x')) } });
  return [
    ['get', LIST, await world.call()],
    ['get', LIST, await world.call(as({ client_id: 'other' }))],
    ['get', LIST, await world.call(as({ scope: 'read:foo' }))],
    ['get', LIST, await world.call(as({ token_type: 'application_specific_password_token' }))],
    ['post', LIST, await world.create({ label: '' }, as({}))],
    ['post', LIST, await world.create({ scopes: [] }, as({}))],
    ['post', LIST, await world.create({ expiresInDays: 0 }, as({}))],
    ['post', LIST, await world.create({ label: 'a'.repeat(5000) }, as({}))],
    ['post', LIST, await world.create({}, { ...as({}), headers: { 'content-type': 'text/plain' } })],
    ['get', ITEM, await world.state('asp_unknown', as({}))],
    ['get', LIST, await throttled.call()],
    ['delete', ITEM, await throttled.remove('asp_1')],
    ['get', LIST, await broken.call()],
  ];
}

describe('the description of the API', () => {
  it('is what the operations respond', async () => {
    for (const [method, path, reply] of [...(await successes()), ...(await problems())]) {
      expect(faultsOf(method, path, reply), `${method} ${path} ${reply.text}`).toEqual([]);
    }
  });

  it('would show a response that differs', async () => {
    const [, , created] = (await successes())[0] ?? [];
    if (!created) throw new Error('There is no response.');
    const body = { ...created.body, expiresAt: 'soon', state: 'unknown', more: 1 };
    expect(faultsOf('post', LIST, { ...created, body, headers: { 'Content-Type': 'application/json' } })).toEqual([
      expect.stringContaining('.expiresAt is not a time'),
      expect.stringContaining('.state is not one of'),
      expect.stringContaining('must not have more'),
      'Location',
    ]);
  });

  it('has all requests that are accepted, and refuses the others', () => {
    const schema = member(DOCUMENT, 'paths', LIST, 'post', 'requestBody', 'content', 'application/json', 'schema');
    const valid = { label: 'a', scopes: ['read:foo'] };
    expect(schemaFaults({ ...valid, expiresInDays: 365 }, schema, DOCUMENT)).toEqual([]);
    for (const body of [{ scopes: [] }, { ...valid, expiresInDays: 366 }, { ...valid, sub: ALICE }]) {
      expect(schemaFaults(body, schema, DOCUMENT)).not.toEqual([]);
    }
  });

  it('describes each operation of the API with its own id', () => {
    const paths = Object.values(OPENAPI_DOCUMENT.paths);
    const ids = paths.flatMap((path) => Object.values(path)).map((operation) => member(operation, 'operationId'));
    expect(ids.filter((id) => id !== undefined)).toEqual([
      'listAppPasswords',
      'createAppPassword',
      'getAppPassword',
      'deleteAppPassword',
    ]);
  });
});
