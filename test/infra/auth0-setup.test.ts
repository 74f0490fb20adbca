import { Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { Auth0Setup } from '../../lib/auth0-setup.ts';
import type { Auth0SetupProps } from '../../lib/auth0-setup-props.ts';
import { SigningKey } from '../../lib/signing-key.ts';
import { ConfigurationError } from '../../src/core/errors.ts';
import { statementsOf } from '../support/infra/statements.ts';
import { appWithFlags, templates } from '../support/infra/synthesize.ts';

function idsOf(template: Template, type: string): readonly string[] {
  return Object.keys(template.findResources(type));
}

/** Returns the configuration of the custom resources' function as JSON text. */
function configurationOf(template: Template): string {
  const functions = Object.entries(template.findResources('AWS::Lambda::Function'));
  const setUp = functions.find(([id]) => id.startsWith('Auth0Setup'))?.[1].Properties;
  return JSON.stringify(setUp.Environment.Variables.CONFIG);
}

/** Creates a user's own stack with the set-up. */
function ownStack(props: Partial<Auth0SetupProps> = {}) {
  const stack = new Stack(appWithFlags(), 'Own');
  const tenant = { tenantUrl: 'https://tenant.auth0.com/', audience: 'https://my.api' };
  const signingKey = new SigningKey(stack, 'SigningKey');
  const managementSecret = Secret.fromSecretNameV2(stack, 'Management', 'auth0/management');
  new Auth0Setup(stack, 'Setup', { ...tenant, signingKey, managementSecret, ...props });
  return stack;
}

describe("the tenant's set-up", () => {
  it('passes the custom resources no secret and no URL to which a secret is sent', () => {
    const { api } = templates({ passwordGrantSecret: 'auth0/password', grantClientId: 'client1' });
    api.hasResourceProperties('Custom::Auth0ResourceServer', {
      TenantUrl: Match.absent(),
      Audience: 'https://demo.api',
      ManagementSecretId: Match.absent(),
      KeyDelivery: 'auto',
      KeyFormat: 'certificate',
      CreateResourceServer: 'false',
      RemoveCreated: 'false',
      ReplaceKey: 'false',
      Issuer: 'https://tenant.auth0.com/',
      Scopes: ['create:foo', 'delete:foo', 'read:foo', 'update:foo'],
    });
    api.hasResourceProperties('Custom::Auth0ClientGrant', {
      TenantUrl: Match.absent(),
      ManagementSecretId: Match.absent(),
      GrantClientId: 'client1',
      PasswordGrantSecretId: 'auth0/password',
    });
    expect(configurationOf(api)).toMatch(
      /tenantUrl.*https:\/\/tenant.auth0.com\/.*managementSecret.*auth0\/management.*passwordGrantSecret.*auth0\/password/,
    );
  });

  it('uses the management domain if there is one', () => {
    const { api } = templates({ issuer: 'https://login.example/', managementDomain: 'tenant.eu.auth0.com' });
    expect(configurationOf(api)).toMatch(
      /tenantUrl.*https:\/\/tenant.eu.auth0.com\/.*issuer.*https:\/\/login.example\//,
    );
    api.hasResourceProperties('Custom::Auth0ResourceServer', { Issuer: 'https://login.example/' });
  });

  it("replaces another deployment's key only with replaceKey", () => {
    const { api } = templates({ replaceKey: true });
    api.hasResourceProperties('Custom::Auth0ResourceServer', { ReplaceKey: 'true' });
  });

  it('may read its own secrets and the public keys and write its own records, and nothing else', () => {
    const { api } = templates({ passwordGrantSecret: 'auth0/password' });
    expect(statementsOf(api, 'Auth0Setup')).toEqual([
      { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], on: [expect.stringContaining('SetUpLog')] },
      {
        actions: ['secretsmanager:GetSecretValue'],
        on: [
          expect.stringContaining('SigningKeySecret'),
          expect.stringContaining(':secret:auth0/management-??????'),
          expect.stringContaining(':secret:auth0/password-??????'),
        ],
      },
      {
        actions: ['dynamodb:GetItem'],
        on: [expect.stringContaining('SigningKeyStateTable')],
        items: ['public-keys', 'resource-servers', 'client-grants'],
      },
      {
        actions: ['dynamodb:PutItem'],
        on: [expect.stringContaining('SigningKeyStateTable')],
        items: ['resource-servers', 'client-grants'],
      },
      { actions: ['dynamodb:ListTables'], on: ['"*"'] },
      {
        actions: ['dynamodb:GetItem'],
        on: [expect.stringContaining(':table/auth0-api-authorizer-state-*')],
        items: ['client-grants', 'resource-servers'],
      },
    ]);
  });

  it('accepts the ARN of a secret with and without its suffix', () => {
    const arn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:my-secret';
    const { api } = templates({ managementSecret: arn });
    expect(statementsOf(api, 'Auth0Setup')).toContainEqual({
      actions: ['secretsmanager:GetSecretValue'],
      on: [JSON.stringify(arn), JSON.stringify(`${arn}-??????`), expect.stringContaining('SigningKeySecret')],
    });
  });

  it('runs again for another value of refresh, and then keeps everything else', () => {
    const withRefresh = (refresh: string) => templates({ refresh }).api;
    const [one, other] = [withRefresh('1'), withRefresh('2')];
    expect(withRefresh('1').toJSON()).toEqual(one.toJSON());
    for (const type of ['Custom::Auth0ResourceServer', 'Custom::Auth0ClientGrant']) {
      expect(idsOf(other, type)).toEqual(idsOf(one, type));
      one.hasResourceProperties(type, { Refresh: '1' });
      other.hasResourceProperties(type, { Refresh: '2' });
      templates().api.hasResourceProperties(type, { Refresh: Match.absent() });
    }
  });

  it('keeps its role and custom resources if the audience changes', () => {
    const [one, other] = [templates(), templates({ audience: 'https://other.api' })];
    for (const type of ['Custom::Auth0ResourceServer', 'Custom::Auth0ClientGrant', 'AWS::IAM::Role']) {
      expect(idsOf(other.api, type)).toEqual(idsOf(one.api, type));
    }
  });

  it.each([{ managementSecret: 'auth0/other' }, { issuer: 'https://other.auth0.com/' }])(
    'gets new custom resources for %j, so that the old function removes the old ones',
    (change) => {
      const [one, other] = [templates(), templates(change)];
      for (const type of ['Custom::Auth0ResourceServer', 'Custom::Auth0ClientGrant']) {
        expect(idsOf(other.api, type)).not.toEqual(idsOf(one.api, type));
      }
    },
  );

  it('comes before the authorizer, which changes after a new set-up and before the old set-up is removed', () => {
    const { api } = templates();
    const [authorizer] = Object.values(api.findResources('AWS::ApiGateway::Authorizer'));
    const decide = Object.entries(api.findResources('AWS::Lambda::Function')).find(([id]) =>
      id.includes('Decide'),
    )?.[1];
    const setUp = ['Custom::Auth0ResourceServer', 'Custom::Auth0ClientGrant'].flatMap((type) => idsOf(api, type));
    expect(authorizer?.DependsOn).toEqual(expect.arrayContaining(setUp));
    expect(decide?.DependsOn).toEqual(expect.arrayContaining(setUp));
  });

  it('gives its custom resources time for three runs of a function that dies', () => {
    const { api } = templates();
    api.hasResourceProperties('AWS::Lambda::Function', { Timeout: 120 });
    api.allResourcesProperties('Custom::Auth0ResourceServer', { ServiceTimeout: '600' });
    api.allResourcesProperties('Custom::Auth0ClientGrant', { ServiceTimeout: '600' });
  });

  it('can be added to a stack with two lines, and waits for the signing key there', () => {
    const template = Template.fromStack(ownStack());
    template.hasResource('Custom::Auth0ResourceServer', {
      DependsOn: Match.arrayWith(idsOf(template, 'Custom::SigningKey').slice()),
    });
  });

  it.each([
    [RemovalPolicy.DESTROY, 'true'],
    [RemovalPolicy.RETAIN, 'false'],
    [undefined, 'false'],
  ])('turns the removalPolicy %s into RemoveCreated %s', (removalPolicy, RemoveCreated) => {
    const template = Template.fromStack(ownStack(removalPolicy && { removalPolicy }));
    template.hasResourceProperties('Custom::Auth0ResourceServer', { RemoveCreated });
  });

  it.each<[string, Partial<Auth0SetupProps>, string]>([
    [
      'a tenant URL without a trailing slash',
      { tenantUrl: 'https://tenant.auth0.com' },
      'tenantUrl: got "https://tenant',
    ],
    ['an audience with a space', { audience: 'my api' }, 'audience: got "my api"; expected the identifier'],
    [
      'a removalPolicy that a tenant does not support',
      { removalPolicy: RemovalPolicy.SNAPSHOT },
      'removalPolicy: got "snapshot"; expected',
    ],
    [
      'a missing URL of the JWKS',
      { keyDelivery: 'verificationLocation' },
      'jwksUrl: missing; expected the URL of the JWKS',
    ],
  ])('refuses %s at synthesis', (_what, props, message) => {
    expect(() => ownStack(props)).toThrow(ConfigurationError);
    expect(() => ownStack(props)).toThrow(message);
  });

  it('accepts values that are known only at deployment', () => {
    const audience = Fn.importValue('Audience');
    const tenantUrl = Fn.importValue('TenantUrl');
    const template = Template.fromStack(ownStack({ audience, tenantUrl }));
    template.hasResourceProperties('Custom::Auth0ResourceServer', { Audience: { 'Fn::ImportValue': 'Audience' } });
    expect(JSON.stringify(template.toJSON())).toContain('{"Fn::ImportValue":"TenantUrl"}');
  });
});

describe("the tenant's set-up for several audiences", () => {
  const several = { audiences: ['https://old.api', 'urn:older'] };
  const resourceServers = (configuration: object) =>
    Object.entries(templates({ ...configuration }).api.findResources('Custom::Auth0ResourceServer'));

  it('has a resource server for each, all set up in the same way, one after the other', () => {
    const found = resourceServers(several);
    const propertiesOf = (audience: string) =>
      found.find(([, { Properties }]) => Properties.Audience === audience)?.[1];
    const [main, old, older] = ['https://demo.api', ...several.audiences].map(propertiesOf);
    expect(main?.Properties.IsAdditional).toBeUndefined();
    for (const other of [old, older]) {
      const { Audience: audience, ...rest } = other?.Properties ?? {};
      expect(rest).toEqual({ ...main?.Properties, Audience: undefined, IsAdditional: 'true' });
      expect(several.audiences).toContain(audience);
    }
    const idOf = (audience: string) => found.find(([, { Properties }]) => Properties.Audience === audience)?.[0];
    expect(old?.DependsOn).toEqual(expect.arrayContaining([idOf('https://demo.api')]));
    expect(older?.DependsOn).toEqual(expect.arrayContaining([idOf('https://old.api')]));
    const [grant] = Object.values(templates(several).api.findResources('Custom::Auth0ClientGrant'));
    expect(grant?.DependsOn).toEqual(expect.arrayContaining([idOf('urn:older')]));
  });

  it('keeps the logical ID of each, whatever others are added or removed', () => {
    const idsOfAll = (audiences: readonly string[]) =>
      Object.fromEntries(resourceServers({ audiences }).map(([id, { Properties }]) => [Properties.Audience, id]));
    const all = idsOfAll(several.audiences);
    expect(idsOfAll([...several.audiences].reverse())).toEqual(all);
    expect(idsOfAll(['urn:older'])).toEqual({
      'https://demo.api': all['https://demo.api'],
      'urn:older': all['urn:older'],
    });
    expect(idsOfAll([])).toEqual({ 'https://demo.api': all['https://demo.api'] });
  });

  it('shows the warnings of each with its name', () => {
    const { Value } = templates(several).api.findOutputs('Auth0Warnings').Auth0Warnings ?? {};
    expect(JSON.stringify(Value)).toMatch(
      /"Resource server: ".*ResourceServer.*"\. Resource server https:\/\/old.api: ".*"\. Resource server urn:older: ".*"\. Client grant: "/,
    );
  });

  it('passes all of them to the rotation and to the authorizer', () => {
    const { api } = templates(several);
    const functions = Object.entries(api.findResources('AWS::Lambda::Function'));
    for (const prefix of ['KeyRotation', 'AuthorizerDecide']) {
      const found = functions.find(([id]) => id.startsWith(prefix))?.[1].Properties.Environment.Variables.CONFIG;
      expect(JSON.stringify(found), prefix).toContain(String.raw`\"audiences\":[\"https://old.api\",\"urn:older\"]`);
    }
  });

  it('has the addresses of all for keyDelivery wellKnown, and needs URLs then', () => {
    const wellKnown = { keyDelivery: 'wellKnown', audiences: ['https://old.api/v1', 'https://demo.api/v2'] };
    expect(templates(wellKnown).api.findOutputs('WellKnownUrl').WellKnownUrl?.Value).toBe(
      'https://demo.api/.well-known/jwks.json, https://old.api/.well-known/jwks.json',
    );
    expect(() => templates({ ...wellKnown, audiences: ['urn:old'] })).toThrow('the audience "urn:old" is not an http');
  });

  it.each([
    [['https://my.api'], /audiences: "https:\/\/my.api" is already the main "audience"/],
    [['a', 'a'], /audiences: got .*; expected a list of at most 9 identifiers, each once/],
    [['two words'], /audiences/],
  ])('refuses the audiences %j', (audiences, message) => {
    expect(() => ownStack({ audiences })).toThrow(message);
  });
});
