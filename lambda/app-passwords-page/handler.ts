/** The Lambda function that serves the page for app specific passwords. It has access to nothing. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAppPasswordsPageConfiguration } from '../../src/config/app-passwords.ts';
import { createPageHandler } from './create-handler.ts';

// biome-ignore lint/style/noProcessEnv: the function's only configuration, and the folder of its code.
const { CONFIG = '', LAMBDA_TASK_ROOT = '' } = process.env;

/** The code of the function, which is beside the files of the page. */
const OWN_CODE = 'index.js';

const names = readdirSync(LAMBDA_TASK_ROOT).filter((name) => name !== OWN_CODE);
const files = new Map(names.map((name) => [name, readFileSync(join(LAMBDA_TASK_ROOT, name), 'utf8')]));

export const handler = createPageHandler({ configuration: parseAppPasswordsPageConfiguration(CONFIG), files });
