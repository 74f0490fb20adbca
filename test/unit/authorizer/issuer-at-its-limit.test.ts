import { describe, expect, it } from 'vitest';
import { Fleet } from '../../support/core/fleet.ts';
import { activePassword } from '../../support/core/introspection-responses.ts';
import { json } from '../../support/core/scripted-http.ts';

const CONTAINERS = [...Array(100).keys()];

describe('an issuer at its rate limit, in front of 100 containers', () => {
  it('keeps the callers that one container knows, turns new ones away without calling them invalid, and recovers', async () => {
    let isLimited = false;
    const fleet = new Fleet(() => (isLimited ? json(429, {}, { 'retry-after': '30' }) : activePassword()));
    expect(await fleet.reason(0, 'Bearer known')).toBe('allowed');
    isLimited = true;
    const known = await Promise.all(CONTAINERS.map((container) => fleet.reason(container, 'Bearer known')));
    expect(new Set(known)).toEqual(new Set(['allowed']));
    const unknown = await Promise.all(
      CONTAINERS.map((container) => fleet.decide(container, `Bearer new-${container}`)),
    );
    for (const decision of unknown) {
      expect(decision).toMatchObject({ outcome: 'unavailable', reason: 'issuer_throttled' });
    }
    isLimited = false;
    fleet.clock.advanceSeconds(31);
    const later = await Promise.all(CONTAINERS.map((container) => fleet.reason(container, `Bearer new-${container}`)));
    expect(new Set(later)).toEqual(new Set(['allowed']));
  });
});
