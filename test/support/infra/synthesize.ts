/** Synthesizes the application's stacks in this process. */
import { readFileSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ApiStack } from '../../../lib/api-stack.ts';
import { KeyStack } from '../../../lib/key-stack.ts';
import { parseConfiguration } from '../../../src/config/configuration.ts';

export const REQUIRED = {
  issuer: 'https://tenant.auth0.com/',
  audience: 'https://demo.api',
  managementSecret: 'auth0/management',
};

/** An app with the flags of `cdk.json`. */
export function appWithFlags(): App {
  const { context } = JSON.parse(readFileSync(new URL('../../../cdk.json', import.meta.url), 'utf8'));
  return new App({ autoSynth: false, context });
}

export function stacks(context: Readonly<Record<string, unknown>> = {}, app = appWithFlags()) {
  const configuration = parseConfiguration({ ...REQUIRED, ...context });
  const key = new KeyStack(app, 'Key', { configuration });
  const api = new ApiStack(app, 'Api', { configuration, signingKey: key.signingKey, jwksUrl: key.jwksUrl });
  return { app, key, api };
}

/** The templates of both stacks. */
export function templates(context?: Readonly<Record<string, unknown>>) {
  const { key, api } = stacks(context);
  return { key: Template.fromStack(key), api: Template.fromStack(api) };
}
