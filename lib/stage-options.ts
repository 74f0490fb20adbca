/** The stage of a REST API: its throttle and its access log. */
import { AccessLogField, AccessLogFormat, LogGroupLogDestination, type StageOptions } from 'aws-cdk-lib/aws-apigateway';
import type { Construct } from 'constructs';
import { throttleBurst, throttleRate } from '../src/config/gateway-fields.ts';
import { checkProp } from './check-prop.ts';
import { createLogGroup } from './log-group.ts';

export interface StageProps {
  /**
   * How many requests per second the API accepts, from all callers together. Above it the response is 429, and no function runs.
   *
   * @default - 500 for the API, 50 for the JWKS
   */
  readonly throttlingRateLimit?: number | undefined;

  /**
   * How many requests may arrive at once before the rate applies.
   *
   * @default - 1000 for the API, 100 for the JWKS
   */
  readonly throttlingBurstLimit?: number | undefined;

  /**
   * Write an access log, without paths and headers. The account needs a CloudWatch role for API Gateway.
   *
   * @default false
   */
  readonly accessLog?: boolean | undefined;
}

/** It contains neither the caller's path nor the caller's headers, so no secret. */
const ACCESS_LOG_FORMAT = AccessLogFormat.custom(
  JSON.stringify({
    requestId: AccessLogField.contextRequestId(),
    ip: AccessLogField.contextIdentitySourceIp(),
    method: AccessLogField.contextHttpMethod(),
    resourcePath: AccessLogField.contextResourcePath(),
    status: AccessLogField.contextStatus(),
    authorizerStatus: AccessLogField.contextAuthorizerStatus(),
    responseType: AccessLogField.contextErrorResponseType(),
    responseMs: AccessLogField.contextResponseLatency(),
  }),
);

/**
 * The options of the stage of an API. An access log becomes a part of `scope`.
 *
 * @throws ConfigurationError `configuration_invalid`
 */
export function stageOptions(
  scope: Construct,
  props: StageProps,
  defaults: { readonly rate: number; readonly burst: number },
): StageOptions {
  const { throttlingRateLimit = defaults.rate, throttlingBurstLimit = defaults.burst, accessLog = false } = props;
  checkProp(scope, 'throttlingRateLimit', throttlingRateLimit, throttleRate);
  checkProp(scope, 'throttlingBurstLimit', throttlingBurstLimit, throttleBurst);
  return { throttlingRateLimit, throttlingBurstLimit, ...(accessLog && accessLogOptions(scope)) };
}

function accessLogOptions(scope: Construct): StageOptions {
  return {
    accessLogDestination: new LogGroupLogDestination(createLogGroup(scope, 'AccessLog')),
    accessLogFormat: ACCESS_LOG_FORMAT,
  };
}
