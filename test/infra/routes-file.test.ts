/** Bundles the authorizer, with routes that do not fit into its environment. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type CfnResource, Stack } from 'aws-cdk-lib';
import { afterAll, describe, expect, it } from 'vitest';
import { AuthorizerFunction } from '../../lib/authorizer-function.ts';
import { SigningKey } from '../../lib/signing-key.ts';
import type { RouteSettings } from '../../src/core/routes.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'routes-file-'));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const TENANT = { issuer: 'https://tenant.auth0.com/', audience: 'https://my.api' };
const ROUTES = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`GET /item-${index}/{id}`, ['read:it']]));

/** Synthesizes a stack with these routes, and returns the folder of the authorizer's code. */
function bundled(name: string, routes: RouteSettings): string {
  const app = new App({ outdir: join(FOLDER, name), context: { 'aws:cdk:enable-asset-metadata': true } });
  const stack = new Stack(app, 'Own');
  const signingKey = new SigningKey(stack, 'SigningKey');
  const authorizer = new AuthorizerFunction(stack, 'Authorizer', { ...TENANT, signingKey, routes });
  app.synth();
  const resource = authorizer.function.node.defaultChild as CfnResource;
  return join(FOLDER, name, resource.getMetadata('aws:asset:path'));
}

/** Loads the code as Lambda does. */
function load(folder: string, routes: unknown) {
  const CONFIG = JSON.stringify({ ...TENANT, routes, signingKeySecret: 'signing-key' });
  const script = `process.stdout.write(typeof require(${JSON.stringify(join(folder, 'index.js'))}).handler)`;
  const env = { PATH: process.env.PATH, CONFIG, LAMBDA_TASK_ROOT: folder };
  return spawnSync(process.execPath, ['-e', script], { env, cwd: tmpdir(), encoding: 'utf8' });
}

describe('routes that do not fit into the environment', () => {
  const folder = bundled('first', ROUTES);

  it('are deployed with the code, readable by every user', () => {
    expect(readdirSync(folder).sort()).toEqual(['index.js', 'provisioned.mjs', 'routes.json']);
    expect(JSON.parse(readFileSync(join(folder, 'routes.json'), 'utf8'))).toEqual(ROUTES);
    expect(statSync(join(folder, 'routes.json')).mode & 0o777).toBe(0o644);
  });

  it('are read by the function when it starts', () => {
    expect(load(folder, 'routes.json')).toMatchObject({ status: 0, stdout: 'function' });
  });

  it('let the function fail to start if they are missing, instead of using the default routes', () => {
    const without = bundled('small', { 'GET /foo': [] });
    expect(readdirSync(without)).toEqual(['index.js', 'provisioned.mjs']);
    expect(load(without, 'routes.json')).toMatchObject({ status: 1, stderr: expect.stringContaining('ENOENT') });
    expect(load(without, { 'GET /foo': [] })).toMatchObject({ status: 0, stdout: 'function' });
  });

  it('change the asset only when they change', () => {
    const last = (path: string) => path.slice(path.lastIndexOf('asset.'));
    expect(last(bundled('second', ROUTES))).toBe(last(folder));
    expect(last(bundled('third', { ...ROUTES, 'GET /one-more': [] }))).not.toBe(last(folder));
  });
});
