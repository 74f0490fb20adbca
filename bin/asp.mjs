#!/usr/bin/env node
/** Starts `asp` on any Node from 20.19 on: Node 20 cannot run TypeScript by itself. */
import { register } from 'tsx/esm/api';

register();
await import('./asp.ts');
