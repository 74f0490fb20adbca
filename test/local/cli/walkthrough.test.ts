/** Runs docs/walkthrough.md against local mode. */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { type LocalEnvironment, startLocalEnvironment } from '../../../local/environment.ts';
import { localConfiguration } from '../../../local/options.ts';
import { LAUNCHER, ROOT, startChild } from '../../support/cli/child.ts';
import { Counterparts, parseTranscript, withoutTimes } from '../../support/cli/transcript.ts';

const PAGE = readFileSync(`${ROOT}docs/walkthrough.md`, 'utf8');
/** The reader's directory on the page. */
const DIRECTORY = '/home/you/api';
const UNCACHED = { gatewayTtlSeconds: 0, cacheTtlSeconds: 0, negativeTtlSeconds: 0 };

it.skipIf(lacksCurl())('prints what docs/walkthrough.md shows', { timeout: 90_000 }, async () => {
  expect(PAGE).toContain(
    `npm start -- ${Object.entries(UNCACHED)
      .map(([key, value]) => `-c ${key}=${value}`)
      .join(' ')}\n`,
  );
  const local = await startLocalEnvironment(
    { port: 0, tenantPort: 0, configuration: localConfiguration(UNCACHED) },
    { log: () => {}, clock: Date.now },
  );
  onTestFinished(() => local.close());
  local.tenant.state.applicationPasswords.clear();
  const place = placeFor(local);
  const counterparts = new Counterparts();
  for (const { command, output } of parseTranscript(PAGE)) {
    const actual = await place.run(counterparts.toRun(command));
    counterparts.learn(output, actual);
    expect(`$ ${command}\n${withoutTimes(actual)}`).toBe(`$ ${command}\n${withoutTimes(counterparts.toRun(output))}`);
  }
});

/** A directory with `npx asp`, where the ports of this run replace those of the page. */
function placeFor({ ready }: LocalEnvironment) {
  const directory = mkdtempSync(join(tmpdir(), 'walkthrough-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const ports = [
    ['http://127.0.0.1:3000/', ready.gateway],
    ['http://127.0.0.1:3001/', ready.issuer],
  ] as const;
  const toRun = (text: string) => ports.reduce((known, [page, run]) => known.replaceAll(page, run), text);
  const toPage = (text: string) => ports.reduce((known, [page, run]) => known.replaceAll(run, page), text);
  copyFileSync(`${ROOT}.env.sample`, join(directory, '.env.sample'));
  writeFileSync(join(directory, '.env.sample'), toRun(readFileSync(`${ROOT}.env.sample`, 'utf8')));
  const bin = join(directory, '.bin');
  mkdirSync(bin);
  // npx itself would take half a second more for each command.
  writeFileSync(join(bin, 'npx'), `#!/bin/sh\nshift\nexec '${process.execPath}' '${LAUNCHER}' "$@"\n`);
  chmodSync(join(bin, 'npx'), 0o755);
  return {
    run: async (command: string) => {
      const environment = { PATH: `${bin}:${process.env.PATH}` };
      const child = startChild('sh', ['-c', `{ ${toRun(command)}\n} 2>&1`], { directory, environment });
      await child.ended;
      return toPage(child.output.stdout).replaceAll(directory, DIRECTORY);
    },
  };
}

function lacksCurl(): boolean {
  const isMissing = spawnSync('curl', ['--version']).error !== undefined && process.env.CI !== 'true';
  if (isMissing) process.stderr.write('Skipped: docs/walkthrough.md, because curl is missing.\n');
  return isMissing;
}

it('finds asp with npx in the checkout', async () => {
  const { HOME = '' } = process.env;
  const child = startChild('npx', ['--no-install', 'asp', '--help'], { directory: ROOT, environment: { HOME } });
  expect(await child.ended).toBe(0);
  expect(child.output.stdout).toContain('Usage: asp COMMAND');
});
