import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../../../bench/bundle.ts';
import { runChild } from '../../../bench/child.ts';
import { restEventText } from '../../../bench/rest-event.ts';
import { type StandIn, startStandIn } from '../../../bench/stand-in.ts';
import { bundle as build, FUNCTION_OPTIONS } from '../../../build/bundle.ts';

/** Makes every module of AWS record that it is evaluated. */
const recordEvaluation: Plugin = {
  name: 'record-evaluation',
  setup(plugin) {
    plugin.onLoad({ filter: /node_modules\/@(?:aws-sdk|smithy)\/.*\.js$/ }, ({ path }) => ({
      contents: `(globalThis.evaluated ??= []).push(${JSON.stringify(path)});\n${readFileSync(path, 'utf8')}`,
    }));
  },
};

const RUNNER = `
const [, , bundle, event] = process.argv;
require(bundle).handler(JSON.parse(event)).then(({ policyDocument }) => {
  const result = { effect: policyDocument.Statement[0].Effect, evaluated: globalThis.evaluated ?? [] };
  process.stdout.write(JSON.stringify(result), () => process.exit());
});`;

describe('the bundle of the authorizer', () => {
  it('contains no part of the AWS SDK but its signer', async () => {
    const { metafile } = await build('lambda/authorizer/handler.ts', FUNCTION_OPTIONS);
    const packages = Object.keys(metafile.inputs).flatMap(
      (path) => /node_modules\/(@[^/]+\/[^/]+)/.exec(path)?.[1] ?? [],
    );
    expect([...new Set(packages)].toSorted()).toEqual(['@smithy/core', '@smithy/signature-v4', '@smithy/types']);
  });
});

describe('the size of the bundle of the authorizer', () => {
  it('is below 120 KB, because every cold start loads it', async () => {
    const { text } = await build('lambda/authorizer/handler.ts', FUNCTION_OPTIONS);
    expect(Buffer.byteLength(text)).toBeLessThan(120_000);
  });
});

describe('the bundle of the authorizer in its own process', () => {
  let standIn: StandIn;

  beforeAll(async () => {
    standIn = await startStandIn();
    writeFileSync(join(standIn.directory, 'runner.cjs'), RUNNER);
    await bundle('lambda/authorizer/handler.ts', join(standIn.directory, 'authorizer.cjs'), [recordEvaluation]);
  });

  afterAll(() => standIn.close());

  it('evaluates nothing of AWS for a JWT', async () => {
    const [jwt] = await standIn.issuer.mint(1);
    expect(await resultFor(jwt)).toEqual({ effect: 'Allow', evaluated: [] });
  });

  it('evaluates the signer for an opaque token, whose introspection requires the signing key', async () => {
    expect(await resultFor('an-opaque-token')).toEqual({
      effect: 'Allow',
      evaluated: expect.arrayContaining([expect.stringContaining('@smithy/signature-v4')]),
    });
  });

  function resultFor(token: string): Promise<unknown> {
    const { directory, environment } = standIn;
    const args = [join(directory, 'authorizer.cjs'), restEventText(token)];
    return runChild(join(directory, 'runner.cjs'), args, environment);
  }
});
