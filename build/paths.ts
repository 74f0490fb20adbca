/** Where the sources are, and where the build writes to. */
import { fileURLToPath } from 'node:url';

/** With a trailing slash. */
export const PROJECT = fileURLToPath(new URL('../', import.meta.url));

/** The folder of the npm package. */
export const DIST = `${PROJECT}dist/`;
