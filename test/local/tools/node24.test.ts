import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findNode24 } from '../../support/tools/node24.ts';
import { ToolUnavailable } from '../../support/tools/pinned-tool.ts';

const NODE20 = { execPath: '/opt/node20/bin/node', version: 'v20.20.2' };
const PACKAGE = `node-${process.platform}-${process.arch}`;
const FIX = 'Install Node 24 yourself and set NODE24 to the path of its executable.';

let directory: string;
let reports: string[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'node24-test-'));
  reports = [];
});

afterEach(() => rm(directory, { recursive: true, force: true }));

async function script(name: string, text: string): Promise<string> {
  const file = join(directory, 'bin', name);
  await mkdir(join(directory, 'bin'), { recursive: true });
  await writeFile(file, `#!/bin/sh\n${text}\n`);
  await chmod(file, 0o755);
  return file;
}

/** Creates an `npm` that installs a `node` that prints a version. It runs in the tool's folder. */
const npmThatInstalls = (version: string, name = PACKAGE) =>
  script(
    'npm',
    `mkdir -p node_modules/${name}/bin
printf '#!/bin/sh\\necho ${version}\\n' > node_modules/${name}/bin/node
chmod +x node_modules/${name}/bin/node
echo "$@" >> "${directory}/calls"`,
  );

const installed = () => join(directory, 'cache', 'node24', 'node_modules', PACKAGE, 'bin', 'node');

function find(more: Readonly<Record<string, string>> = {}, current = NODE20) {
  const environment = { PATH: `${join(directory, 'bin')}:/usr/bin:/bin`, ...more };
  const report = (line: string) => reports.push(line);
  return findNode24({ cacheDirectory: join(directory, 'cache'), environment, report }, current);
}

describe('the search for Node 24', () => {
  it('returns the Node that is already running if that is Node 24', async () => {
    const current = { execPath: '/opt/node24/bin/node', version: 'v24.3.0' };
    expect(await find({}, current)).toEqual(current);
    expect(reports).toEqual([]);
  });

  it('returns the executable that NODE24 names', async () => {
    const execPath = await script('my-node', 'echo v24.9.0');
    expect(await find({ NODE24: execPath })).toEqual({ execPath, version: 'v24.9.0' });
    expect(reports).toEqual([]);
  });

  it('otherwise installs Node 24 once, without install scripts', async () => {
    await npmThatInstalls('v24.21.0');
    expect(await find()).toEqual({ execPath: installed(), version: 'v24.21.0' });
    expect(await find()).toEqual({ execPath: installed(), version: 'v24.21.0' });
    expect(reports).toEqual([
      `Installing Node 24 (190 MB) from the npm registry into ${join(directory, 'cache', 'node24')}, once …`,
    ]);
    const calls = (await readFile(join(directory, 'calls'), 'utf8')).trim().split('\n');
    expect(calls).toEqual([expect.stringMatching(/^ci .*--ignore-scripts/)]);
  });

  it('installs Node 24 again if the pinned version has changed or the installation was interrupted', async () => {
    await npmThatInstalls('v24.20.0');
    await find();
    await writeFile(join(directory, 'cache', 'node24', 'installed-lock.json'), '{}');
    await npmThatInstalls('v24.21.0');
    expect(await find()).toMatchObject({ version: 'v24.21.0' });
  });

  it.each([
    [
      'npm fails',
      () => script('npm', 'echo "npm error code ENOTFOUND"; exit 1'),
      'Could not install Node 24 (190 MB): npm ci failed: npm error code ENOTFOUND. Check the access to the npm registry.',
    ],
    [
      'npm installs no package for this machine',
      () => npmThatInstalls('v24.21.0', 'node-plan9-mips'),
      `npm installed no Node 24 for ${process.platform} ${process.arch}: the npm registry cannot be reached, or no version is pinned for it. ${FIX}`,
    ],
  ])('reports in one line that Node 24 is missing if %s', async (_, prepare, message) => {
    await prepare();
    await expect(find()).rejects.toThrow(new ToolUnavailable(message));
  });

  it('installs Node 24 again after an installation has failed', async () => {
    await npmThatInstalls('v24.21.0', 'node-plan9-mips');
    await expect(find()).rejects.toThrow(ToolUnavailable);
    await npmThatInstalls('v24.21.0');
    expect(await find()).toMatchObject({ version: 'v24.21.0' });
  });

  it.each([
    ['exit 127', '`--version` printed no output'],
    ['echo v22.1.0', '`--version` printed v22.1.0'],
  ])('refuses a file that is not Node 24 and whose script is: %s', async (text, got) => {
    const execPath = await script('my-node', text);
    await expect(find({ NODE24: execPath })).rejects.toThrow(
      new ToolUnavailable(`${execPath} is not a Node 24 that runs on this machine: ${got}. ${FIX}`),
    );
  });

  it('refuses a file that does not exist', async () => {
    const execPath = join(directory, 'nothing');
    await expect(find({ NODE24: execPath })).rejects.toThrow(
      new ToolUnavailable(`${execPath} is not a Node 24 that runs on this machine: it cannot be started. ${FIX}`),
    );
  });
});
