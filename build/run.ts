/** `npm run build`: makes the npm package in `dist/`. With `--code`, only what a deployment from this repository needs. */
import { buildCode, buildPackage } from './build.ts';

if (process.argv.includes('--code')) await buildCode();
else await buildPackage();
