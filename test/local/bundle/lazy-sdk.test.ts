import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../../../bench/bundle.ts';
import { runChild } from '../../../bench/child.ts';
import { restEventText } from '../../../bench/rest-event.ts';
import { type StandIn, startStandIn } from '../../../bench/stand-in.ts';

/** Has every module of the SDK say so when it is evaluated. */
const tellEvaluation: Plugin = {
  name: 'tell-evaluation',
  setup(build) {
    build.onLoad({ filter: /node_modules\/@(?:aws-sdk|smithy)\/.*\.js$/ }, ({ path }) => ({
      contents: `(globalThis.evaluated ??= []).push(${JSON.stringify(path)});\n${readFileSync(path, 'utf8')}`,
    }));
  },
};

const RUNNER = `
const [, , bundle, event] = process.argv;
require(bundle).handler(JSON.parse(event)).then(({ policyDocument }) => {
  const answer = { effect: policyDocument.Statement[0].Effect, evaluated: globalThis.evaluated ?? [] };
  process.stdout.write(JSON.stringify(answer), () => process.exit());
});`;

describe('the bundle of the authorizer, in a process of its own', () => {
  let standIn: StandIn;

  beforeAll(async () => {
    standIn = await startStandIn();
    writeFileSync(join(standIn.directory, 'runner.cjs'), RUNNER);
    await bundle('lambda/authorizer/handler.ts', join(standIn.directory, 'authorizer.cjs'), [tellEvaluation]);
  });

  afterAll(() => standIn.close());

  it('evaluates nothing of the AWS SDK for a JWT', async () => {
    const [jwt] = await standIn.issuer.mint(1);
    expect(await answer(jwt)).toEqual({ effect: 'Allow', evaluated: [] });
  });

  it('evaluates it for an opaque token, whose introspection wants the signing key', async () => {
    expect(await answer('an-opaque-token')).toEqual({
      effect: 'Allow',
      evaluated: expect.arrayContaining([expect.stringContaining('@aws-sdk/client-secrets-manager')]),
    });
  });

  function answer(token: string): Promise<unknown> {
    const { directory, environment } = standIn;
    const args = [join(directory, 'authorizer.cjs'), restEventText(token)];
    return runChild(join(directory, 'runner.cjs'), args, environment);
  }
});
