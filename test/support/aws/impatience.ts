/** Makes an assembly wait seconds, not minutes, for a function that died: the emulator, unlike AWS, does not run it again. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export async function waitBriefly(assembly: string, seconds: number): Promise<void> {
  const templates = (await readdir(assembly)).filter((name) => name.endsWith('.template.json'));
  for (const name of templates) {
    const file = join(assembly, name);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replaceAll(/"ServiceTimeout": ?"\d+"/g, `"ServiceTimeout": "${seconds}"`));
  }
}
