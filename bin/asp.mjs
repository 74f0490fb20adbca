#!/usr/bin/env node
/** Starts `asp` on Node 20.19 or later. Node 20 cannot run TypeScript, so this registers tsx. */

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`asp needs Node 20.19 or later; this is Node ${process.versions.node}.\n`);
  process.exit(1);
}
const { register } = await import('tsx/esm/api');
// Ignore the tsconfig.json of the current directory: it belongs to another project.
register({ tsconfig: false });
await import('./asp.ts');
