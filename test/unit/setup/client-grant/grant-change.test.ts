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

/** Applies a change as a tenant would. */
function changed(current: ClientGrant | undefined, change: GrantChange): ClientGrant | undefined {
  if (change.kind === 'delete') return undefined;
  if (change.kind === 'none') return current;
  return { ...(current ?? grant([])), scopes: change.scopes };
}

describe('grantChange', () => {
  it('creates a grant with exactly the wanted scopes if there is no grant', () => {
    expect(grantChange(undefined, ['a', 'b'])).toEqual({ kind: 'create', scopes: ['a', 'b'] });
  });

  it('adds the missing scopes after the existing scopes', () => {
    expect(grantChange(grant(['x', 'b']), ['a', 'b'])).toEqual({ kind: 'update', scopes: ['x', 'b', 'a'] });
  });

  it('does nothing if no scope is missing or every scope is allowed', () => {
    expect(grantChange(grant(['b', 'a', 'x']), ['a', 'b'])).toEqual({ kind: 'none' });
    expect(grantChange(grant([], { allowsAllScopes: true }), ['a', 'b'])).toEqual({ kind: 'none' });
  });
});

describe('plannedTrace', () => {
  it('names only the scopes that were missing', () => {
    expect(plannedTrace(grant(['a']), ['a', 'b'], undefined)).toEqual({ id: 'cgr_1', isOurs: false, added: ['b'] });
  });

  it('continues the trace of an interrupted change', () => {
    const interrupted = { id: 'cgr_1', isOurs: false, added: ['a', 'b'] };
    expect(plannedTrace(grant(['a', 'b']), ['a', 'b'], interrupted)).toEqual(interrupted);
    expect(plannedTrace(grant(['a', 'b']), ['a', 'b', 'c'], interrupted).added).toEqual(['a', 'b', 'c']);
  });

  it('adds the id to the trace of an interrupted creation', () => {
    const interrupted = { isOurs: true, added: ['a'] };
    expect(plannedTrace(grant(['a']), ['a'], interrupted)).toEqual({ id: 'cgr_1', isOurs: true, added: ['a'] });
  });

  it('starts anew for a grant that others created in place of the old one', () => {
    const earlier = { id: 'cgr_0', isOurs: true, added: ['a', 'b'] };
    expect(plannedTrace(grant(['a', 'b']), ['a', 'b'], earlier)).toEqual({ id: 'cgr_1', isOurs: false, added: [] });
  });

  it('treats a grant that has to be created again as our own', () => {
    expect(plannedTrace(undefined, ['a'], { id: 'cgr_0', isOurs: false, added: ['b'] })).toEqual({
      isOurs: true,
      added: ['a'],
    });
  });
});

describe('grantRestoration', () => {
  it('removes the scopes that we added and keeps those that others added since', () => {
    const trace = { id: 'cgr_1', isOurs: false, added: ['a', 'b'] };
    expect(grantRestoration(grant(['x', 'a', 'y']), trace)).toEqual({ kind: 'update', scopes: ['x', 'y'] });
  });

  it('deletes a grant that we created and that holds only our scopes', () => {
    const trace = { id: 'cgr_1', isOurs: true, added: ['a', 'b'] };
    expect(grantRestoration(grant(['b']), trace)).toEqual({ kind: 'delete' });
    expect(grantRestoration(grant([]), trace)).toEqual({ kind: 'delete' });
    expect(grantRestoration(grant(['b', 'theirs']), trace)).toEqual({ kind: 'update', scopes: ['theirs'] });
  });

  it('never deletes a grant that existed before us, even if it ends empty', () => {
    const trace = { id: 'cgr_1', isOurs: false, added: ['a'] };
    expect(grantRestoration(grant(['a']), trace)).toEqual({ kind: 'update', scopes: [] });
  });

  it.each([
    ['that is gone', undefined],
    ['that others created in its place', grant(['a'], { id: 'cgr_2' })],
    ['that others opened for all scopes', grant([], { allowsAllScopes: true })],
    ['from which others removed our scopes', grant(['x'])],
  ])('leaves a grant %s as it is', (_what, current) => {
    expect(grantRestoration(current, { id: 'cgr_1', isOurs: false, added: ['a'] })).toEqual({ kind: 'none' });
  });

  it('leaves a grant that we created and others opened for all scopes', () => {
    const current = grant([], { allowsAllScopes: true });
    expect(grantRestoration(current, { id: 'cgr_1', isOurs: true, added: ['a'] })).toEqual({ kind: 'none' });
  });
});

const scopes = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'x', 'y', 'z'));

describe('a change and its restoration', () => {
  it('lead back to exactly the earlier grant, for any grant', () => {
    fc.assert(
      fc.property(fc.option(scopes, { nil: undefined }), fc.boolean(), scopes, (before, allowsAllScopes, wanted) => {
        const current = before && grant(before, { allowsAllScopes });
        const trace = plannedTrace(current, wanted, undefined);
        const after = changed(current, grantChange(current, wanted));
        expect(changed(after, grantRestoration(after, trace))).toEqual(current);
      }),
    );
  });

  it('never lose a scope of others, for any edits', () => {
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
