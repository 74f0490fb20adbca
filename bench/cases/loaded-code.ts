/**
 * What a cold start loads: the size of the deployed bundle, which Node parses, and how many modules of AWS packages are in it and are
 * evaluated for a JWT. The peer is a handler with aws-jwt-verify and the SDK's client for Secrets Manager.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { bundle as build, FUNCTION_OPTIONS } from '../../build/bundle.ts';
import { bundle } from '../bundle.ts';
import { runChild } from '../child.ts';
import { restEventText } from '../rest-event.ts';
import { atMost, type Row } from '../row.ts';
import { type StandIn, startStandIn } from '../stand-in.ts';

const PATH = 'code that a cold start loads';
const OURS = 'lambda/authorizer/handler.ts';
const AWS_MODULE = /node_modules\/@(?:aws-sdk|smithy|aws-crypto)\/.*\.js$/;
const SDK_MODULE = /node_modules\/@aws-sdk\//;

/** Counts the modules of AWS packages that are evaluated; the child process reports the number. */
const countEvaluation: Plugin = {
  name: 'count-evaluation',
  setup(plugin) {
    plugin.onLoad({ filter: AWS_MODULE }, ({ path }) => ({
      contents: `globalThis.evaluated = (globalThis.evaluated ?? 0) + 1;\n${readFileSync(path, 'utf8')}`,
    }));
  },
};

export async function loadedCode(): Promise<readonly Row[]> {
  const standIn = await startStandIn();
  try {
    const { kilobytes, sdkModules } = await contentsOf(OURS);
    const peers = [await contentsOf('bench/children/jwt-peer.ts'), await contentsOf('bench/children/opaque-peer.ts')];
    const [jwtPeer, sdkPeer] = peers.map((peer) => peer.kilobytes);
    return [
      { path: PATH, subject: 'ours: the bundle', value: kilobytes, unit: 'KB', aim: atMost(kilobytes, 128, '128 KB') },
      { path: PATH, subject: 'aws-jwt-verify alone: the bundle', value: jwtPeer ?? Number.NaN, unit: 'KB' },
      { path: PATH, subject: 'oauth4webapi and the SDK: the bundle', value: sdkPeer ?? Number.NaN, unit: 'KB' },
      modulesRow('ours: modules of the AWS SDK in the bundle', sdkModules),
      modulesRow('ours, JWT: modules of AWS evaluated', await evaluatedForJwt(standIn)),
    ];
  } finally {
    await standIn.close();
  }
}

function modulesRow(subject: string, value: number): Row {
  return { path: PATH, subject, value, unit: 'modules', aim: atMost(value, 0, '0') };
}

async function contentsOf(entry: string): Promise<{ readonly kilobytes: number; readonly sdkModules: number }> {
  const { text, metafile } = await build(entry, FUNCTION_OPTIONS);
  return {
    kilobytes: Buffer.byteLength(text) / 1000,
    sdkModules: Object.keys(metafile.inputs).filter((path) => SDK_MODULE.test(path)).length,
  };
}

async function evaluatedForJwt({ directory, environment, issuer }: StandIn): Promise<number> {
  const authorizer = join(directory, 'authorizer.cjs');
  const runner = join(directory, 'first-response.cjs');
  await bundle(OURS, authorizer, [countEvaluation]);
  await bundle('bench/children/first-response.ts', runner);
  const [jwt] = await issuer.mint(1);
  const { evaluated } = (await runChild(runner, [authorizer, restEventText(jwt)], environment)) as {
    readonly evaluated: number;
  };
  return evaluated;
}
