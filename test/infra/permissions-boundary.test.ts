import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { templates } from '../support/infra/synthesize.ts';

/** Everything that an operator can turn on and that needs more rights. */
const CONTEXT = {
  logEventBus: 'aws.partner/auth0.com/tenant-1234/auth0.logs',
  kmsKeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-0000-0000-000000000000',
  tracing: true,
};

it('the documentation lists every action that a role of the application needs of a permissions boundary', () => {
  const docs = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  const documented = new Set(actionsIn(/\*\*Permissions boundary\.\*\*[\s\S]*?\n\n/.exec(docs)?.[0] ?? ''));
  const { key, api } = templates(CONTEXT);
  const policies = [key, api].flatMap((template) => [
    ...Object.values(template.findResources('AWS::IAM::Policy')).map(({ Properties }) => Properties),
    ...Object.values(template.findResources('AWS::IAM::Role')).flatMap(({ Properties }) => Properties.Policies ?? []),
  ]);
  const actions = policies
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .flatMap(({ Action }: { Action: string | readonly string[] }) => Action);
  expect(actions.length).toBeGreaterThan(20);
  expect([...new Set(actions)].filter((action) => !documented.has(action))).toEqual([]);
});

/** `a:B`, `C` and `D` are actions of the same service, until the next one with a service. */
function actionsIn(paragraph: string): readonly string[] {
  let service = '';
  return [...paragraph.matchAll(/`(?:([a-z0-9]+):)?([A-Z]\w*)`/g)].map(([, named, action]) => {
    service = named ?? service;
    return `${service}:${action}`;
  });
}
