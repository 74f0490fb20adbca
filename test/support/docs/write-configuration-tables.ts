/** `npm run docs:configuration`: writes the tables of `docs/configuration.md` anew. */
import { readFileSync, writeFileSync } from 'node:fs';
import { CONFIGURATION_PAGE, withTables } from './configuration-tables.ts';

const page = new URL(`../../../${CONFIGURATION_PAGE}`, import.meta.url);
writeFileSync(page, withTables(readFileSync(page, 'utf8')));
process.stdout.write(`Wrote the tables of ${CONFIGURATION_PAGE}.\n`);
