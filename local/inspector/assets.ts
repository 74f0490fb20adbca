/** The files of the page. Its script is bundled when it is first asked for, so that nothing of it is in `dist/`. */
import { readFile } from 'node:fs/promises';
import { build } from 'esbuild';

const WEB = new URL('../../web/', import.meta.url);

export interface Asset {
  readonly type: string;
  readonly body: string;
}

/** The contents by path; `undefined` if there is no such file. */
export async function assetAt(path: string): Promise<Asset | undefined> {
  switch (path) {
    case '/':
    case '/.local/':
      return { type: 'text/html; charset=utf-8', body: await textOf('inspector/index.html') };
    case '/.local/inspector.css':
      return { type: 'text/css; charset=utf-8', body: await textOf('inspector/inspector.css') };
    case '/.local/icon.svg':
      return { type: 'image/svg+xml', body: await textOf('inspector/icon.svg') };
    case '/.local/inspector.js':
      return { type: 'text/javascript; charset=utf-8', body: await script() };
    default:
      return undefined;
  }
}

function textOf(file: string): Promise<string> {
  return readFile(new URL(file, WEB), 'utf8');
}

let bundled: Promise<string> | undefined;

function script(): Promise<string> {
  bundled ??= bundle();
  return bundled;
}

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [new URL('inspector/main.ts', WEB).pathname],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}
