#!/usr/bin/env node
/** Starts the command line on Node 20.19 or later. Older versions may not be able to parse it. */
const { enableCompileCache } = require('node:module');

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`asp needs Node 20.19 or later; this is Node ${process.versions.node}.\n`);
  process.exitCode = 1;
} else {
  // Node 22 and later keep the compiled code, so the next start is faster.
  enableCompileCache?.();
  require('./cli.js');
}
