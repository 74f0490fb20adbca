/** The code of the functions, which the build has bundled. It is a folder with an `index.js`, and no tool has to run at synthesis. */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CfnFunction, Code, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

/** The folders of `lambda/`. */
export type FunctionFolder =
  | 'app-passwords'
  | 'app-passwords-page'
  | 'authorizer'
  | 'auth0-setup'
  | 'demo-api'
  | 'jwks'
  | 'key-rotation'
  | 'principal-key'
  | 'resource-metadata'
  | 'revocation'
  | 'signing-key'
  | 'backend-proxy';

const FILE = 'index.js';
const CHILD = 'CodeWithFiles';
/** Lambda runs the code as another user, who must be able to read it, whatever the umask is. */
const READABLE_BY_ALL = 0o644;

/** The code of a function. */
export function functionCode(folder: FunctionFolder): Code {
  const installed = folderOf(folder);
  if ((statSync(join(installed, FILE)).mode & READABLE_BY_ALL) === READABLE_BY_ALL) return Code.fromAsset(installed);
  // npm installed the package with a umask such as 077.
  const readable = copyOf(folder);
  process.once('exit', () => rmSync(readable, { recursive: true, force: true }));
  return Code.fromAsset(readable);
}

/** A temporary copy of the code that every user can read. */
function copyOf(folder: FunctionFolder): string {
  const temporary = mkdtempSync(join(tmpdir(), 'function-code-'));
  for (const name of readdirSync(folderOf(folder))) {
    copyFileSync(join(folderOf(folder), name), join(temporary, name));
    chmodSync(join(temporary, name), READABLE_BY_ALL);
  }
  return temporary;
}

/**
 * Deploys files beside the code of a function. The bytes of the asset depend on nothing else, so it changes only with them.
 *
 * @param files the contents by name
 */
export function addFiles(to: LambdaFunction, folder: FunctionFolder, files: Readonly<Record<string, string>>): void {
  // Synthesized before, with the same routes.
  if (to.node.tryFindChild(CHILD)) return;
  const temporary = copyOf(folder);
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(temporary, name), text);
    chmodSync(join(temporary, name), READABLE_BY_ALL);
  }
  const resource = to.node.defaultChild as CfnFunction;
  const code = Code.fromAsset(temporary);
  const { s3Location } = code.bind(new Construct(to, CHILD));
  if (s3Location) resource.code = { s3Bucket: s3Location.bucketName, s3Key: s3Location.objectKey };
  code.bindToResource(resource);
  // CDK has copied the folder, except with `cdk synth --no-staging`, which SAM uses.
  if (to.node.tryGetContext('aws:cdk:disable-asset-staging') !== true) rmSync(temporary, { recursive: true });
}

/** The package has the functions beside this code; in the repository, the build puts them in `dist/`. */
function folderOf(folder: FunctionFolder): string {
  const folders = ['functions', '../dist/functions'].map((parent) => join(import.meta.dirname, parent, folder));
  const found = folders.find((each) => existsSync(join(each, FILE)));
  if (found !== undefined) return found;
  throw new Error(
    `The code of the function "${folder}" is missing from ${folders[0]}. Install the package again, or run npm run build in its repository.`,
  );
}
