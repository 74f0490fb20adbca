/** Shortens the wait for a dead function from minutes to seconds: unlike AWS, the emulator does not run it again. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export async function shortenServiceTimeout(assembly: string, seconds: number): Promise<void> {
  const templates = (await readdir(assembly)).filter((name) => name.endsWith('.template.json'));
  for (const name of templates) {
    const file = join(assembly, name);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replaceAll(/"ServiceTimeout": ?"\d+"/g, `"ServiceTimeout": "${seconds}"`));
  }
}
