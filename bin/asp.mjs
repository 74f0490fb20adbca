#!/usr/bin/env node
/** Starts `asp` on any Node from 20.19 on: Node 20 cannot run TypeScript by itself. */
import { register } from 'tsx/esm/api';

// The tsconfig.json of whatever directory it is called in is not ours.
register({ tsconfig: false });
await import('./asp.ts');
