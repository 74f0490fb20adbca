import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { dryRunStore, RecordFile } from '../../../src/cli/record-file.ts';
import { Settings } from '../../../src/cli/settings.ts';
import { assertCanWrite, replaceFile, writePrivateFile } from '../../../src/cli/write-file.ts';

let directory: string;

const terminal = { note: vi.fn<(line: string) => void>() };

beforeEach(() => {
  terminal.note.mockClear();
  directory = mkdtempSync(join(tmpdir(), 'files-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
});

const modeOf = (path: string) => statSync(path).mode & 0o777;

describe('a private file', () => {
  it('is readable by its owner only and leaves no temporary file', () => {
    const path = join(directory, 'secret');
    assertCanWrite(path, terminal);
    expect(readdirSync(directory)).toEqual([]);
    writePrivateFile(path, 'x', terminal);
    expect(readFileSync(path, 'utf8')).toBe('x');
    expect(modeOf(path)).toBe(0o600);
    expect(readdirSync(directory)).toEqual(['secret']);
  });

  it.each([
    (path: string) => assertCanWrite(path, terminal),
    (path: string) => writePrivateFile(path, 'new', terminal),
  ])('is never overwritten, even through a link', (write) => {
    const path = join(directory, 'there');
    writeFileSync(path, 'old');
    symlinkSync(path, join(directory, 'link'));
    for (const file of [path, join(directory, 'link')]) {
      expect(() => write(file)).toThrow(/EEXIST\. Existing files are not overwritten/);
    }
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(directory).sort()).toEqual(['link', 'there']);
  });

  it.each(['missing/file', 'missing/.asp/file'])(
    'causes an error and no folder if its folder is missing: %s',
    (path) => {
      expect(() => assertCanWrite(join(directory, path), terminal)).toThrow(
        new RegExp(`ENOENT\\. The folder ${dirname(join(directory, path))} does not exist\\. Create it, or name`),
      );
      expect(readdirSync(directory)).toEqual([]);
    },
  );

  it('may be in the folder .asp, which is created, ignored by git, and reported once', () => {
    const path = join(directory, '.asp/key.json');
    assertCanWrite(path, terminal);
    writePrivateFile(path, 'x', terminal);
    expect(terminal.note.mock.calls).toEqual([
      [`Created the folder ${join(directory, '.asp')}. Git ignores what is in it.`],
    ]);
    expect(readFileSync(join(directory, '.asp/.gitignore'), 'utf8')).toBe('*\n');
    expect(modeOf(join(directory, '.asp'))).toBe(0o700);
  });
});

it('writing a public file replaces the whole file', () => {
  const path = join(directory, 'record');
  replaceFile(path, 'one', terminal);
  chmodSync(path, 0o644);
  replaceFile(path, 'two', terminal);
  expect(readFileSync(path, 'utf8')).toBe('two');
  expect(readdirSync(directory)).toEqual(['record']);
});

describe('the record file', () => {
  const open = () => new RecordFile({ settings: new Settings([]), ports: { directory, terminal } as never });
  const record = { version: 1, identifier: 'a', keys: {} } as const;

  it('separates the records of tenants and APIs, and is deleted with the last record', async () => {
    const one = open().resourceServer('https://t1/', 'a');
    const other = open().resourceServer('https://t2/', 'a');
    await one.write(record);
    await other.write({ ...record, id: 'x' });
    expect(await open().resourceServer('https://t1/', 'a').read()).toEqual(record);
    expect(await open().clientGrant('https://t1/', 'a').read()).toBeUndefined();
    expect(open().names()).toHaveLength(2);
    await one.delete();
    await one.delete();
    expect(await other.read()).toMatchObject({ id: 'x' });
    await other.delete();
    expect(existsSync(join(directory, '.asp/record.json'))).toBe(false);
  });

  it('is reported and not overwritten if it is invalid', async () => {
    replaceFile(join(directory, '.asp/record.json'), 'broken', terminal);
    const store = open().resourceServer('https://t1/', 'a');
    await expect(store.read()).rejects.toMatchObject({ code: 'record_invalid' });
    await expect(store.write(record)).rejects.toMatchObject({ code: 'record_invalid' });
    expect(readFileSync(join(directory, '.asp/record.json'), 'utf8')).toBe('broken');
  });

  it('is only read in a dry run', async () => {
    const store = open().resourceServer('https://t1/', 'a');
    await store.write(record);
    const dryRun = dryRunStore(store);
    expect(await dryRun.read()).toEqual(record);
    await dryRun.write({ ...record, id: 'x' });
    expect(await dryRun.read()).toMatchObject({ id: 'x' });
    await dryRun.delete();
    expect(await dryRun.read()).toBeUndefined();
    expect(await store.read()).toEqual(record);
  });
});
