import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCredentials } from '../../../../local/acceptance/credentials-file.ts';
import { UsageError } from '../../../../local/options.ts';

describe('the credentials file', () => {
  let directory: string;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'credentials-'));
  });

  afterAll(() => rmSync(directory, { recursive: true }));

  function read(text: string, mode = 0o600) {
    const file = join(directory, 'credentials.json');
    writeFileSync(file, text);
    chmodSync(file, mode);
    return readCredentials(directory, 'credentials.json');
  }

  it('is optional, and so is each part of it', () => {
    expect(readCredentials(directory, undefined)).toEqual({ tokens: {} });
    expect(read('{}')).toEqual({ tokens: {} });
    expect(read('{"user":{"username":"a"},"tokens":{"jwt":"b"}}')).toEqual({
      user: { username: 'a' },
      tokens: { jwt: 'b' },
    });
  });

  it.each([0o644, 0o640, 0o604])('is refused with the mode %o, because others may read it', (mode) => {
    expect(() => read('{}', mode)).toThrow(
      /has the mode 6\d\d, so others may read it\. Run: chmod 600 credentials\.json/,
    );
  });

  it.each([
    'canary-kq3v',
    '{"user":"canary-kq3v"}',
    '{"user":{"username":["canary-kq3v"]}}',
    '{"tokens":{"asb":"canary-kq3v"}}',
    '["canary-kq3v"]',
  ])('is refused without repeating its content: %s', (text) => {
    let thrown: unknown;
    try {
      read(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(UsageError);
    expect(String(thrown)).not.toContain('canary');
  });

  it('must exist if it is named', () => {
    expect(() => readCredentials(directory, 'none.json')).toThrow(/none\.json cannot be read: ENOENT/);
  });
});
