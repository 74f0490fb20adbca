import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClientGrant } from '../../../../src/management/client-grants.ts';
import {
  type GrantChange,
  grantChange,
  grantRestoration,
  plannedTrace,
} from '../../../../src/setup/client-grant/grant-change.ts';

const grant = (scopes: readonly string[], more: Partial<ClientGrant> = {}): ClientGrant => ({
  id: 'cgr_1',
  scopes,
  allowsAllScopes: false,
  ...more,
});

/** Carries a change out as a tenant would. */
function changed(current: ClientGrant | undefined, change: GrantChange): ClientGrant | undefined {
  if (change.kind === 'delete') return undefined;
  if (change.kind === 'none') return current;
  return { ...(current ?? grant([])), scopes: change.scopes };
}

describe('a change', () => {
  it('creates a grant with exactly what is wanted, if there is no grant', () => {
    expect(grantChange(undefined, ['a', 'b'])).toEqual({ kind: 'create', scopes: ['a', 'b'] });
  });

  it('adds what is missing behind what is there', () => {
    expect(grantChange(grant(['x', 'b']), ['a', 'b'])).toEqual({ kind: 'update', scopes: ['x', 'b', 'a'] });
  });

  it('does nothing if nothing is missing, or every scope is allowed', () => {
    expect(grantChange(grant(['b', 'a', 'x']), ['a', 'b'])).toEqual({ kind: 'none' });
    expect(grantChange(grant([], { allowsAllScopes: true }), ['a', 'b'])).toEqual({ kind: 'none' });
  });
});

describe('the trace', () => {
  it('names what was missing only', () => {
    expect(plannedTrace(grant(['a']), ['a', 'b'], undefined)).toEqual({ id: 'cgr_1', isOurs: false, added: ['b'] });
  });

  it('of an interrupted change goes on', () => {
    const interrupted = { id: 'cgr_1', isOurs: false, added: ['a', 'b'] };
    expect(plannedTrace(grant(['a', 'b']), ['a', 'b'], interrupted)).toEqual(interrupted);
    expect(plannedTrace(grant(['a', 'b']), ['a', 'b', 'c'], interrupted).added).toEqual(['a', 'b', 'c']);
  });

  it('of an interrupted creation learns the id', () => {
    const interrupted = { isOurs: true, added: ['a'] };
    expect(plannedTrace(grant(['a']), ['a'], interrupted)).toEqual({ id: 'cgr_1', isOurs: true, added: ['a'] });
  });

  it('does not reach over to a grant that others made in its place', () => {
    const earlier = { id: 'cgr_0', isOurs: true, added: ['a', 'b'] };
    expect(plannedTrace(grant(['a', 'b']), ['a', 'b'], earlier)).toEqual({ id: 'cgr_1', isOurs: false, added: [] });
  });

  it('of a grant that has to be made again is that of one we make', () => {
    expect(plannedTrace(undefined, ['a'], { id: 'cgr_0', isOurs: false, added: ['b'] })).toEqual({
      isOurs: true,
      added: ['a'],
    });
  });
});

describe('a restoration', () => {
  it('takes out what we added, and leaves what others added since', () => {
    const trace = { id: 'cgr_1', isOurs: false, added: ['a', 'b'] };
    expect(grantRestoration(grant(['x', 'a', 'y']), trace)).toEqual({ kind: 'update', scopes: ['x', 'y'] });
  });

  it('deletes a grant that we made and that holds nothing but ours', () => {
    const trace = { id: 'cgr_1', isOurs: true, added: ['a', 'b'] };
    expect(grantRestoration(grant(['b']), trace)).toEqual({ kind: 'delete' });
    expect(grantRestoration(grant([]), trace)).toEqual({ kind: 'delete' });
    expect(grantRestoration(grant(['b', 'theirs']), trace)).toEqual({ kind: 'update', scopes: ['theirs'] });
  });

  it('never deletes a grant that was there before, even if it ends empty', () => {
    const trace = { id: 'cgr_1', isOurs: false, added: ['a'] };
    expect(grantRestoration(grant(['a']), trace)).toEqual({ kind: 'update', scopes: [] });
  });

  it.each([
    ['that is gone', undefined],
    ['that others made in its place', grant(['a'], { id: 'cgr_2' })],
    ['that others opened for all scopes', grant([], { allowsAllScopes: true })],
    ['from which others took ours', grant(['x'])],
  ])('leaves a grant %s', (_what, current) => {
    expect(grantRestoration(current, { id: 'cgr_1', isOurs: false, added: ['a'] })).toEqual({ kind: 'none' });
  });

  it('leaves a grant that we made and others opened for all scopes', () => {
    const current = grant([], { allowsAllScopes: true });
    expect(grantRestoration(current, { id: 'cgr_1', isOurs: true, added: ['a'] })).toEqual({ kind: 'none' });
  });
});

const scopes = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'x', 'y', 'z'));

describe('for any grant and any edits of others', () => {
  it('a change and its restoration lead back to exactly what was there', () => {
    fc.assert(
      fc.property(fc.option(scopes, { nil: undefined }), fc.boolean(), scopes, (before, allowsAllScopes, wanted) => {
        const current = before && grant(before, { allowsAllScopes });
        const trace = plannedTrace(current, wanted, undefined);
        const after = changed(current, grantChange(current, wanted));
        expect(changed(after, grantRestoration(after, trace))).toEqual(current);
      }),
    );
  });

  it('no scope of others is ever lost', () => {
    fc.assert(
      fc.property(scopes, scopes, scopes, (before, wanted, added) => {
        const trace = plannedTrace(grant(before), wanted, undefined);
        const after = changed(grant(before), grantChange(grant(before), wanted));
        const edited = grant([...new Set([...(after?.scopes ?? []), ...added])]);
        const again = changed(edited, grantChange(edited, wanted));
        const restored = changed(again, grantRestoration(again, plannedTrace(edited, wanted, trace)));
        const theirs = [...before, ...added.filter((scope) => !wanted.includes(scope))];
        expect(restored?.scopes).toEqual(expect.arrayContaining(theirs));
      }),
    );
  });
});
