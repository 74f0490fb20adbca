import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { describe, expect, it } from 'vitest';
import { IpRateRule } from '../../lib/ip-rate-rule.ts';
import { ConfigurationError } from '../../src/core/errors.ts';
import { appWithFlags, templates } from '../support/infra/synthesize.ts';

/** Creates a user's own REST API with the rule on its stage. */
function ownStack(requestsPerFiveMinutes: number): Template {
  const stack = new Stack(appWithFlags(), 'Own');
  const api = new RestApi(stack, 'Api');
  api.root.addMethod('GET');
  new IpRateRule(stack, 'IpRate', { stage: api.deploymentStage, requestsPerFiveMinutes });
  return Template.fromStack(stack);
}

describe('the rate rule by IP address', () => {
  const template = ownStack(300);

  it('blocks an address above its limit with a 429 that browsers may read and that names the time to wait', () => {
    template.hasResourceProperties('AWS::WAFv2::WebACL', {
      Scope: 'REGIONAL',
      DefaultAction: { Allow: {} },
      Rules: [
        {
          Priority: 0,
          Statement: { RateBasedStatement: { AggregateKeyType: 'IP', Limit: 300, EvaluationWindowSec: 300 } },
          Action: {
            Block: {
              CustomResponse: {
                ResponseCode: 429,
                CustomResponseBodyKey: 'TooManyRequests',
                ResponseHeaders: [
                  { Name: 'Access-Control-Allow-Origin', Value: '*' },
                  { Name: 'Access-Control-Expose-Headers', Value: 'Retry-After' },
                  { Name: 'Retry-After', Value: '60' },
                ],
              },
            },
          },
        },
      ],
      CustomResponseBodies: {
        TooManyRequests: {
          ContentType: 'APPLICATION_JSON',
          Content:
            '{"title":"Too Many Requests","status":429,"detail":"Too many requests came from this address. Try again later."}',
        },
      },
    });
  });

  it('writes metrics but samples no requests, because a sample contains every header', () => {
    const visibility = { CloudWatchMetricsEnabled: true, SampledRequestsEnabled: false, MetricName: Match.anyValue() };
    template.hasResourceProperties('AWS::WAFv2::WebACL', {
      VisibilityConfig: visibility,
      Rules: [{ VisibilityConfig: visibility }],
    });
  });

  it('is associated with the stage', () => {
    const [stageId] = Object.keys(template.findResources('AWS::ApiGateway::Stage'));
    const [apiId] = Object.keys(template.findResources('AWS::ApiGateway::RestApi'));
    const [aclId] = Object.keys(template.findResources('AWS::WAFv2::WebACL'));
    template.hasResourceProperties('AWS::WAFv2::WebACLAssociation', {
      WebACLArn: { 'Fn::GetAtt': [aclId, 'Arn'] },
      ResourceArn: {
        'Fn::Join': [
          '',
          [
            'arn:',
            { Ref: 'AWS::Partition' },
            ':apigateway:',
            { Ref: 'AWS::Region' },
            '::/restapis/',
            { Ref: apiId },
            '/stages/',
            { Ref: stageId },
          ],
        ],
      },
    });
  });

  it.each([9, 2_000_000_001, 10.5, Number.NaN, -1])('refuses %d as its limit', (limit) => {
    expect(() => ownStack(limit)).toThrow(
      new ConfigurationError(
        'configuration_invalid',
        `Own/IpRate: requestsPerFiveMinutes: got ${limit}; expected whole requests in five minutes from one address, from 10 to 2000000000`,
      ),
    );
  });
});

describe('the configuration key ipRateLimit', () => {
  it('adds the rule to the deployed API', () => {
    const { api } = templates({ ipRateLimit: 1000 });
    api.hasResourceProperties('AWS::WAFv2::WebACL', {
      Rules: [{ Statement: { RateBasedStatement: { Limit: 1000 } } }],
    });
    api.resourceCountIs('AWS::WAFv2::WebACLAssociation', 1);
  });

  it('is off by default', () => {
    templates().api.resourceCountIs('AWS::WAFv2::WebACL', 0);
  });
});
