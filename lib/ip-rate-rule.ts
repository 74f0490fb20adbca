/**
 * A web ACL that blocks an IP address while it sends too many requests. It acts before the authorizer, so a flood from one
 * address runs no function and uses none of the tenant's rate limit. HTTP APIs cannot have a web ACL.
 */
import { ArnFormat, Names, Stack } from 'aws-cdk-lib';
import type { IStage } from 'aws-cdk-lib/aws-apigateway';
import { CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { ipRateLimit } from '../src/config/deployment-fields.ts';
import { checkProp } from './check-prop.ts';

/** What `IpRateRule` limits. */
export interface IpRateRuleProps {
  /** The stage of a REST API. A stage has at most one web ACL: if it has yours, add a rate rule to that instead. */
  readonly stage: IStage;

  /**
   * How many requests one address may send in any five minutes, from 10 to 2,000,000,000. Behind CloudFront, the address is
   * that of CloudFront's edge, which many callers share.
   */
  readonly requestsPerFiveMinutes: number;
}

const WINDOW_SECONDS = 300;
const BODY_KEY = 'TooManyRequests';
/** The counterpart of the gateway's own responses, which a blocked request does not reach. */
const BODY = {
  title: 'Too Many Requests',
  status: 429,
  detail: 'Too many requests came from this address. Try again later.',
};
const HEADERS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'Retry-After',
  'Retry-After': '60',
};

/**
 * Limits the requests from one IP address to a stage of a REST API.
 *
 * @example
 * new IpRateRule(this, 'IpRate', { stage: restApi.deploymentStage, requestsPerFiveMinutes: 1000 });
 */
export class IpRateRule extends Construct {
  /** ARN of the web ACL. */
  readonly webAclArn: string;

  /** @throws ConfigurationError `configuration_invalid` */
  constructor(scope: Construct, id: string, { stage, requestsPerFiveMinutes }: IpRateRuleProps) {
    super(scope, id);
    checkProp(this, 'requestsPerFiveMinutes', requestsPerFiveMinutes, ipRateLimit);
    const webAcl = new CfnWebACL(this, 'WebAcl', {
      description: 'Blocks an IP address that sends too many requests.',
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: this.#visibility('All'),
      customResponseBodies: { [BODY_KEY]: { contentType: 'APPLICATION_JSON', content: JSON.stringify(BODY) } },
      rules: [this.#rule(requestsPerFiveMinutes)],
    });
    this.webAclArn = webAcl.attrArn;
    new CfnWebACLAssociation(this, 'Association', { webAclArn: webAcl.attrArn, resourceArn: arnOf(stage) });
  }

  #rule(limit: number): CfnWebACL.RuleProperty {
    const responseHeaders = Object.entries(HEADERS).map(([name, value]) => ({ name, value }));
    return {
      name: 'RequestsPerIp',
      priority: 0,
      statement: { rateBasedStatement: { aggregateKeyType: 'IP', limit, evaluationWindowSec: WINDOW_SECONDS } },
      action: { block: { customResponse: { responseCode: 429, customResponseBodyKey: BODY_KEY, responseHeaders } } },
      visibilityConfig: this.#visibility('RequestsPerIp'),
    };
  }

  /** A sampled request shows every header, `Authorization` included, in the console and to `wafv2:GetSampledRequests`. */
  #visibility(name: string): CfnWebACL.VisibilityConfigProperty {
    return {
      cloudWatchMetricsEnabled: true,
      sampledRequestsEnabled: false,
      metricName: `${Names.uniqueResourceName(this, { maxLength: 100 })}-${name}`,
    };
  }
}

function arnOf({ stageName, restApi: { restApiId }, stack }: IStage): string {
  return Stack.of(stack).formatArn({
    service: 'apigateway',
    account: '',
    arnFormat: ArnFormat.SLASH_RESOURCE_SLASH_RESOURCE_NAME,
    resource: 'restapis',
    resourceName: `${restApiId}/stages/${stageName}`,
  });
}
