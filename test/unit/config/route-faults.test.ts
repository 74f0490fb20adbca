import { describe, expect, it } from 'vitest';
import { routeFaults } from '../../../src/config/route-faults.ts';

describe('routes as resources of the gateway', () => {
  it('may hold literals, parameters and one greedy parameter', () => {
    expect(
      routeFaults({ 'GET /': [], 'GET /a/{id}/b': [], 'PUT /a/{id}': [], 'ANY /c/{rest+}': 'public' }, false),
    ).toEqual([]);
  });

  it('hold no character that API Gateway refuses', () => {
    expect(routeFaults({ 'GET /a~b': [] }, false)).toEqual([
      '"GET /a~b" holds characters that API Gateway does not accept in a path',
    ]);
  });

  it('name a parameter in one place alike', () => {
    expect(routeFaults({ 'GET /a/{id}': [], 'GET /a/{name}/c': [], 'GET /b/{name}': [] }, false)).toEqual([
      '"/a/{name}/c" names a parameter that another route names differently',
    ]);
  });

  it('are not those of a WebSocket API', () => {
    expect(routeFaults({ $connect: [], 'GET /a': [] }, false)).toEqual([
      '"$connect" is for a WebSocket API, and this is a REST API',
    ]);
  });

  it('leave OPTIONS to the gateway', () => {
    expect(routeFaults({ 'OPTIONS /a': 'public' }, false)).toEqual([
      '"OPTIONS /a" cannot be a route, since OPTIONS is open to everyone',
    ]);
  });
});

describe('routes of a backend behind {proxy+}', () => {
  it('are the backend’s business, as long as they are not public', () => {
    expect(routeFaults({ 'GET /a~b/{x}': [], 'GET /a~b/{y}/z': ['s'], 'GET /health': 'public' }, true)).toEqual([]);
  });

  it('are not public where a path could be read in two ways', () => {
    expect(routeFaults({ 'GET /pets/{id}': 'public', 'GET /pets/secret': ['s'] }, true)).toEqual([
      '"GET /pets/{id}" is public and has a parameter; with backendUrl, a public path must be written out',
    ]);
  });
});
