/** `asp keygen`: creates a signing key for the resource server, in a file that only its owner can read. */
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
  summary: 'Create the key pair that the API uses to authenticate to the tenant',
  operands: '',
  mostOperands: 0,
  description:
    'Writes the private key to a new file with mode 0600, and nowhere else. Never overwrites a key: move the old one\naway first. "asp setup" gives the public key to the tenant.',
  options: { ...(key && { key }), ...DRY_RUN_OPTION },
  examples: [
    { purpose: 'write the key to .asp/key.json', line: 'asp keygen' },
    { purpose: 'also print the public key as a JWKS, to serve it at a URL', line: 'asp keygen --json | jq .jwks' },
  ],
  run: async (context) => {
    const { args, ports, interruption } = context;
    const path = resolve(ports.directory, keyFile(context.settings));
    assertFree(path);
    if (args.flag('dry-run')) {
      if (context.isJson) printJson(ports.terminal, { kid: null, file: path, jwks: null });
      else ports.terminal.note(`Would create a key pair and write it to ${path} with mode 0600. Nothing was done.`);
      return EXIT.done;
    }
    assertCanWrite(path, ports.terminal);
    await interruption.protect(async () => {
      // The certificate library takes a third of a second to load.
      const { generateSigningKey } = await import('../../signing-key/generate-signing-key.ts');
      const jwk = await generateSigningKey(ports.clock());
      writePrivateFile(path, `${JSON.stringify(jwk)}\n`, ports.terminal);
      show(path, jwk, context);
    });
    return EXIT.done;
  },
};

function assertFree(path: string): void {
  if (readTextFile('/', path, false) === undefined) return;
  throw new CliError(
    'file_unusable',
    `There is already a key at ${path}, and the tenant may use it. Move it away, or name another file with --key.`,
  );
}

function show(path: string, jwk: PrivateSigningJwk, { ports, isJson }: Context): void {
  if (isJson) printJson(ports.terminal, { kid: jwk.kid, file: path, jwks: parseJson(writePublicKeys([jwk])) });
  else ports.terminal.print(`Created the key ${jwk.kid}.\nThe private key is in ${path}. Keep it secret.`);
}
