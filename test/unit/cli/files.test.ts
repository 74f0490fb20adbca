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
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { dryRunStore, RecordFile } from '../../../src/cli/record-file.ts';
import { Settings } from '../../../src/cli/settings.ts';
import { assertCanWrite, replaceFile, writePrivateFile } from '../../../src/cli/write-file.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'files-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
});

const modeOf = (path: string) => statSync(path).mode & 0o777;

describe('a private file', () => {
  it('is readable by its owner only and leaves no temporary file', () => {
    const path = join(directory, 'secret');
    assertCanWrite(path);
    expect(readdirSync(directory)).toEqual([]);
    writePrivateFile(path, 'x');
    expect(readFileSync(path, 'utf8')).toBe('x');
    expect(modeOf(path)).toBe(0o600);
    expect(readdirSync(directory)).toEqual(['secret']);
  });

  it.each([assertCanWrite, (path: string) => writePrivateFile(path, 'new')])(
    'is never overwritten, even through a link',
    (write) => {
      const path = join(directory, 'there');
      writeFileSync(path, 'old');
      symlinkSync(path, join(directory, 'link'));
      for (const file of [path, join(directory, 'link')]) {
        expect(() => write(file)).toThrow(/EEXIST\. Existing files are not overwritten/);
      }
      expect(readFileSync(path, 'utf8')).toBe('old');
      expect(readdirSync(directory).sort()).toEqual(['link', 'there']);
    },
  );

  it('requires an existing directory', () => {
    expect(() => assertCanWrite(join(directory, 'no/such/file'))).toThrow(
      /ENOENT\. Name a file in a directory that exists/,
    );
    expect(readdirSync(directory)).toEqual([]);
  });
});

it('writing a public file replaces the whole file', () => {
  const path = join(directory, 'record');
  replaceFile(path, 'one');
  chmodSync(path, 0o644);
  replaceFile(path, 'two');
  expect(readFileSync(path, 'utf8')).toBe('two');
  expect(readdirSync(directory)).toEqual(['record']);
});

describe('the record file', () => {
  const open = () => new RecordFile({ settings: new Settings([]), ports: { directory } as never });
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
    replaceFile(join(directory, '.asp/record.json'), 'broken');
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
