/** The files of the page. They are bundled when they are first asked for, so that nothing of them is in `dist/`. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const PAGE = new URL('../../web/inspector/', import.meta.url);

export interface Asset {
  readonly type: string;
  readonly body: string;
}

/** The contents by path; `undefined` if there is no such file. */
export async function assetAt(path: string): Promise<Asset | undefined> {
  switch (path) {
    case '/':
    case '/.local/':
      return { type: 'text/html; charset=utf-8', body: await textOf('index.html') };
    case '/.local/icon.svg':
      return { type: 'image/svg+xml', body: await textOf('icon.svg') };
    case '/.local/styles.css':
      return { type: 'text/css; charset=utf-8', body: await bundled('styles.css') };
    case '/.local/app.js':
      return { type: 'text/javascript; charset=utf-8', body: await bundled('main.ts') };
    default:
      return undefined;
  }
}

function textOf(file: string): Promise<string> {
  return readFile(new URL(file, PAGE), 'utf8');
}

const bundles = new Map<string, Promise<string>>();

function bundled(file: string): Promise<string> {
  const made = bundles.get(file) ?? bundle(file);
  bundles.set(file, made);
  return made;
}

async function bundle(file: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(file, PAGE))],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}
