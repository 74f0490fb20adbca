/** Compares the reference of the configuration with the schema. */
import { describe, expect, it } from 'vitest';
import { CONFIGURATION_KEYS } from '../../../src/config/configuration.ts';
import { KEY_MEANINGS } from '../../../src/config/key-meanings.ts';
import { CONFIGURATION_PAGE, undescribedKeys, withTables } from '../../support/docs/configuration-tables.ts';
import { textOf } from '../../support/house/source-tree.ts';

describe('the reference of the configuration', () => {
  it('describes every key once, and says what applies if it is not set', () => {
    const described = Object.values(KEY_MEANINGS).flatMap((group) => Object.keys(group));
    expect([...described].sort()).toEqual(Object.keys(CONFIGURATION_KEYS).sort());
    expect(undescribedKeys()).toEqual([]);
  });

  it('is current; if this fails, run "npm run docs:configuration"', () => {
    expect(textOf(CONFIGURATION_PAGE)).toBe(withTables(textOf(CONFIGURATION_PAGE)));
  });

  it('shows meanings, accepted values and defaults', () => {
    const page = textOf(CONFIGURATION_PAGE);
    expect(page).toMatch(/^\| `issuer` \| the tenant's URL, .* \| an https URL that ends in "\/".* \| required \|$/m);
    expect(page).toMatch(/^\| `rotationDays` \| .* \| whole days from 0 \(off\) to 1000 \| 90 \|$/m);
    expect(page).toMatch(/^\| `catchAll` \| .* \| true or false \| `true` \|$/m);
    expect(page).toMatch(/^\| `corsAllowHeaders` \| .* \| `\["Authorization", "Content-Type"\]` \|$/m);
    expect(page).toMatch(/^\| `issuers` \| .* \| none \|$/m);
  });

  it('cannot be written into a page without the marks', () => {
    expect(() => withTables('# Configuration\n')).toThrow(
      `${CONFIGURATION_PAGE} lacks the marks of its tables. It needs <!-- Generated from src/config`,
    );
  });
});
