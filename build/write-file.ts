/** Writes the files of the build so that two builds at once, or a reader during a build, never see half a file. */
import { randomUUID } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Lambda and npm run the files as another user, who must be able to read them, whatever the umask is. */
const READABLE = 0o644;
const EXECUTABLE = 0o755;

/** Writes a file, unless it already has this content. */
export async function writeFileIfNew(path: string, content: string, { isExecutable = false } = {}): Promise<void> {
  const mode = isExecutable ? EXECUTABLE : READABLE;
  if ((await readFile(path, 'utf8').catch(() => undefined)) !== content) {
    await mkdir(dirname(path), { recursive: true });
    const temporary = `${path}.${randomUUID()}`;
    await writeFile(temporary, content);
    await chmod(temporary, mode);
    await rename(temporary, path);
  } else await chmod(path, mode);
}
