#!/usr/bin/env node
/** `npx asp` in a checkout: the command line as the package ships it. */
import { existsSync } from 'node:fs';

const built = new URL('../dist/asp.js', import.meta.url);
if (existsSync(built)) await import(built.href);
else {
  process.stderr.write('The command line is not built. Run npm ci, or npm run build.\n');
  process.exitCode = 1;
}
