/** Bundles the pages for browsers. A page is a folder of `web/` with `index.html`, `main.ts` and `styles.css`. */
import { readdir, readFile } from 'node:fs/promises';
import type { BuildOptions } from 'esbuild';
import { TEXTS } from '../web/app-passwords/texts.ts';
import { type Bundle, bundle } from './bundle.ts';
import { PROJECT } from './paths.ts';

/** The files of a page. All of them are text. */
export interface WebPage {
  readonly files: ReadonlyMap<string, string>;
  /** The script, with what it was made from. */
  readonly script: Bundle;
}

/** A page needs a browser of 2023 or later. */
const OPTIONS: BuildOptions = {
  absWorkingDir: PROJECT,
  bundle: true,
  platform: 'browser',
  target: 'es2022',
  format: 'esm',
  minify: true,
  // THIRD-PARTY-NOTICES.md has the licences.
  legalComments: 'none',
  logLevel: 'error',
};

const WORKER = `${PROJECT}node_modules/@auth0/auth0-spa-js/dist/auth0-spa-js.worker.production.js`;
/** Files that are copied as they are. */
const COPIED = /\.(?:html|svg|txt)$/;

/**
 * Builds a page in memory: `main.ts` becomes `app.js`, and `styles.css` contains what it imports.
 *
 * @param folder the folder in `web/`
 */
export async function webPage(folder: string): Promise<WebPage> {
  const script = await bundle(`web/${folder}/main.ts`, OPTIONS);
  const styles = await bundle(`web/${folder}/styles.css`, OPTIONS);
  const names = (await readdir(`${PROJECT}web/${folder}`)).filter((name) => COPIED.test(name));
  const copies = await Promise.all(
    names.map(async (name) => [name, await readFile(`${PROJECT}web/${folder}/${name}`, 'utf8')] as const),
  );
  return { files: new Map([...copies, ['app.js', script.text], ['styles.css', styles.text]]), script };
}

/** The page for app specific passwords, with the vendor's worker that keeps the refresh token. */
export async function appPasswordsPage(): Promise<WebPage> {
  const { files, script } = await webPage('app-passwords');
  const html = fillTexts(files.get('index.html') ?? '', TEXTS);
  return { files: new Map([...files, ['index.html', html], ['worker.js', await readFile(WORKER, 'utf8')]]), script };
}

/** Puts texts into the places of `{{name}}`. */
function fillTexts(html: string, texts: Readonly<Record<string, unknown>>): string {
  return html.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
    if (typeof texts[name] === 'string') return texts[name];
    throw new Error(`index.html names the text "${name}", which does not exist.`);
  });
}
