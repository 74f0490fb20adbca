/** Zip files whose bytes depend on nothing but the content. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Zippable, zipSync } from 'fflate';

/** The first moment that a zip file can hold. It is local time, so it is the same in every time zone. */
const SOME_DAY = new Date(1980, 0, 1);
const UNIX = 3;
/** Lambda runs the code as another user, who must be able to read it. */
const READABLE_FILE = 0o100644 << 16;

/** Zips the files of a folder. */
export async function zipFolder(folder: string): Promise<Uint8Array> {
  const files: Zippable = {};
  for (const name of (await readdir(folder)).sort()) {
    files[name] = [await readFile(join(folder, name)), { mtime: SOME_DAY, os: UNIX, attrs: READABLE_FILE, level: 9 }];
  }
  return zipSync(files);
}
