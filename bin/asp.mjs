#!/usr/bin/env node
/** Starts `asp` on Node 20.19 or later. Node 20 cannot run TypeScript, so this registers tsx. */
import { register } from 'tsx/esm/api';

// Ignore the tsconfig.json of the current directory: it belongs to another project.
register({ tsconfig: false });
await import('./asp.ts');
