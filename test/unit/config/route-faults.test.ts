import { describe, expect, it } from 'vitest';
import { routeAudienceFault, routeFaults } from '../../../src/config/route-faults.ts';

describe('routeAudienceFault', () => {
  const accepted = { audience: 'https://demo.api', audiences: ['https://old.api'] };

  it('accepts routes without an audience, and with each accepted one', () => {
    const routes = {
      'GET /': [],
      'GET /a': { anyOf: ['a'] },
      'GET /b': { allOf: [], audience: 'https://demo.api' },
      'GET /c': { anyOf: ['a'], audience: 'https://old.api' },
      'GET /d': 'public',
    } as const;
    expect(routeAudienceFault({ ...accepted, routes })).toBeUndefined();
    expect(routeAudienceFault(accepted)).toBeUndefined();
  });

  it('refuses each route with another audience, which nobody could call', () => {
    const routes = {
      'GET /a': { allOf: [], audience: 'https://demo.api/' },
      'GET /b': { anyOf: ['a'], audience: 'OLD' },
    };
    expect(routeAudienceFault({ ...accepted, routes })).toBe(
      '"GET /a" requires the audience "https://demo.api/", which is not accepted; add it to "audiences"; ' +
        '"GET /b" requires the audience "OLD", which is not accepted; add it to "audiences"',
    );
    const old = { 'GET /a': { allOf: [], audience: 'https://old.api' } };
    expect(routeAudienceFault({ audience: 'https://demo.api', routes: old })).toContain('is not accepted');
  });
});

describe('routeFaults for resources of the gateway', () => {
  it('accepts literals, parameters and one greedy parameter', () => {
    expect(
      routeFaults({ 'GET /': [], 'GET /a/{id}/b': [], 'PUT /a/{id}': [], 'ANY /c/{rest+}': 'public' }, false),
    ).toEqual([]);
  });

  it('refuses a character that API Gateway refuses', () => {
    expect(routeFaults({ 'GET /a~b': [] }, false)).toEqual([
      '"GET /a~b" holds characters that API Gateway does not accept in a path',
    ]);
  });

  it('refuses two names for a parameter in the same place', () => {
    expect(routeFaults({ 'GET /a/{id}': [], 'GET /a/{name}/c': [], 'GET /b/{name}': [] }, false)).toEqual([
      '"/a/{name}/c" has {name} where another route has {id}, and API Gateway allows one parameter there; write {id} there too',
    ]);
  });

  it('refuses a greedy parameter beside another one', () => {
    expect(routeFaults({ 'GET /foo/{id}': [], 'ANY /foo/{proxy+}': [], 'ANY /{proxy+}': [] }, false)).toEqual([
      '"/foo/{proxy+}" has {proxy+} where another route has {id}, and API Gateway allows one parameter there; keep the greedy one, or the other one',
    ]);
    expect(routeFaults({ 'GET /a/{b+}': [], 'GET /a/{c+}': [] }, false)).toHaveLength(1);
  });

  it('accepts parameters at different places', () => {
    expect(routeFaults({ 'GET /a/{id}': [], 'ANY /b/{proxy+}': [], 'GET /a/{id}/{proxy+}': [] }, false)).toEqual([]);
  });

  it('refuses the routes of a WebSocket API', () => {
    expect(routeFaults({ $connect: [], 'GET /a': [] }, false)).toEqual([
      '"$connect" is for a WebSocket API, and this is a REST API',
    ]);
  });

  it('refuses OPTIONS, which the gateway handles', () => {
    expect(routeFaults({ 'OPTIONS /a': 'public' }, false)).toEqual([
      '"OPTIONS /a" cannot be a route, since OPTIONS is open to everyone',
    ]);
  });
});

describe('routeFaults for a backend behind {proxy+}', () => {
  it('accepts any path unless the route is public', () => {
    expect(routeFaults({ 'GET /a~b/{x}': [], 'GET /a~b/{y}/z': ['s'], 'GET /health': 'public' }, true)).toEqual([]);
  });

  it('refuses a public route whose path could be read in two ways', () => {
    expect(routeFaults({ 'GET /pets/{id}': 'public', 'GET /pets/secret': ['s'] }, true)).toEqual([
      '"GET /pets/{id}" is public and has a parameter; with backendUrl, a public path must be written out',
    ]);
  });
});
