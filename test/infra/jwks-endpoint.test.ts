import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { statementsOf } from '../support/infra/statements.ts';
import { templates } from '../support/infra/synthesize.ts';

describe('the JWKS endpoint', () => {
  it('is open, throttled, and can only be read', () => {
    const { key } = templates();
    const methods = Object.values(key.findResources('AWS::ApiGateway::Method')).map(({ Properties }) => Properties);
    expect(methods.map(({ HttpMethod, AuthorizationType }) => `${HttpMethod} ${AuthorizationType}`)).toEqual([
      'GET NONE',
      'HEAD NONE',
    ]);
    key.hasResourceProperties('AWS::ApiGateway::Stage', {
      MethodSettings: [Match.objectLike({ ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100, HttpMethod: '*' })],
    });
  });

  it('writes an access log without headers and paths if accessLog is set', () => {
    templates().key.hasResourceProperties('AWS::ApiGateway::Stage', { AccessLogSetting: Match.absent() });
    const { key } = templates({ accessLog: true });
    const [stage] = Object.values(key.findResources('AWS::ApiGateway::Stage'));
    const { DestinationArn, Format } = stage?.Properties.AccessLogSetting ?? {};
    expect(JSON.stringify(DestinationArn)).toContain('JwksAccessLog');
    expect(Object.keys(JSON.parse(Format))).toEqual(expect.arrayContaining(['requestId', 'ip', 'status']));
    expect(Format).not.toMatch(/\$context\.path|header/);
    key.resourceCountIs('AWS::ApiGateway::Account', 0);
  });

  it('may read the public keys and write its log, and nothing else', () => {
    expect(statementsOf(templates().key, 'JwksServe')).toEqual([
      { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], on: [expect.stringContaining('JwksServeLog')] },
      { actions: ['dynamodb:GetItem'], on: [expect.stringContaining('SigningKeyStateTable')], items: ['public-keys'] },
    ]);
  });

  it('has an output for the URL that must serve the keys with keyDelivery wellKnown', () => {
    const { api } = templates({ keyDelivery: 'wellKnown', audience: 'https://demo.api/v1' });
    api.hasOutput('WellKnownUrl', {
      Value: 'https://demo.api/.well-known/jwks.json',
      Description: Match.stringLikeRegexp('pass requests on to JwksUrl'),
    });
    expect(Object.keys(templates().api.findOutputs('*'))).not.toContain('WellKnownUrl');
  });

  it('requires an audience with an origin for keyDelivery wellKnown', () => {
    expect(() => templates({ keyDelivery: 'wellKnown', audience: 'urn:demo' })).toThrow(
      /keyDelivery: got "wellKnown"; expected another value, because the audience "urn:demo" is not an http or https URL/,
    );
  });

  it('passes its function the time for which responses may be cached', () => {
    templates({ jwksCacheSeconds: 30 }).key.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: { CONFIG: { 'Fn::Join': ['', Match.arrayWith(['","jwksCacheSeconds":30}'])] } },
      },
    });
  });

  it.each(['auto', 'verificationKey', 'verificationKeys', 'verificationLocation', 'wellKnown'])(
    'exists and has an output for keyDelivery %s, so that keyDelivery can be changed',
    (keyDelivery) => {
      const { key, api } = templates({ keyDelivery });
      expect(Object.keys(key.findOutputs('*'))).toContain('JwksUrl');
      api.hasResourceProperties('Custom::Auth0ResourceServer', {
        KeyDelivery: keyDelivery,
        JwksUrl: Match.objectLike({ 'Fn::Join': Match.anyValue() }),
      });
    },
  );
});
