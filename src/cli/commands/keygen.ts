/** `asp keygen`: a new signing key for the resource server, in a file that only its owner can read. */
import { resolve } from 'node:path';
import { parseJson } from '../../core/json.ts';
import { writePublicKeys } from '../../signing-key/public-key-document.ts';
import type { PrivateSigningJwk } from '../../signing-key/signing-key.ts';
import type { Command, Context } from '../command.ts';
import { CliError } from '../errors.ts';
import { EXIT } from '../exit-code.ts';
import { DRY_RUN_OPTION, KEY_OPTIONS } from '../options.ts';
import { printJson } from '../print-json.ts';
import { readTextFile } from '../read-text-file.ts';
import { keyFile } from '../signing-keys.ts';
import { assertCanWrite, writePrivateFile } from '../write-file.ts';

const { key } = KEY_OPTIONS;

export const keygen: Command = {
  name: 'keygen',
  summary: 'Make the key pair by which the API proves itself to the tenant',
  operands: '',
  mostOperands: 0,
  description:
    'The private key goes to a new file of mode 0600, and nowhere else. A key that is there is not written over:\nmove it away first. The public half is given to the tenant by "asp setup".',
  options: { ...(key && { key }), ...DRY_RUN_OPTION },
  examples: [
    { purpose: 'to .asp/key.json', line: 'asp keygen' },
    { purpose: 'with the public half as a JWKS, to be served by URL', line: 'asp keygen --json | jq .jwks' },
  ],
  run: async (context) => {
    const { args, ports, interruption } = context;
    const path = resolve(ports.directory, keyFile(context.settings));
    assertFree(path);
    if (args.flag('dry-run')) {
      if (context.isJson) printJson(ports.terminal, { kid: null, file: path, jwks: null });
      else ports.terminal.note(`Would make a key pair and write it to ${path} with mode 0600. Nothing was done.`);
      return EXIT.done;
    }
    assertCanWrite(path);
    await interruption.protect(async () => {
      // The certificate's library takes a third of a second to load.
      const { generateSigningKey } = await import('../../signing-key/generate-signing-key.ts');
      const jwk = await generateSigningKey(ports.clock());
      writePrivateFile(path, `${JSON.stringify(jwk)}\n`);
      show(path, jwk, context);
    });
    return EXIT.done;
  },
};

function assertFree(path: string): void {
  if (readTextFile('/', path, false) === undefined) return;
  throw new CliError(
    'file_unusable',
    `There is a key at ${path} already, and the tenant may know it. Move it away, or name another file by --key.`,
  );
}

function show(path: string, jwk: PrivateSigningJwk, { ports, isJson }: Context): void {
  if (isJson) printJson(ports.terminal, { kid: jwk.kid, file: path, jwks: parseJson(writePublicKeys([jwk])) });
  else ports.terminal.print(`Made the key ${jwk.kid}.\nIts private half is in ${path}: keep it to yourself.`);
}
