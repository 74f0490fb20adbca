/** What calls AWS in the authorizer's function, as the environment variables of a test say. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type AuthorizerAws, createAuthorizerAws } from '../../../src/aws/authorizer-aws.ts';
import { createHttpsClient } from '../../../src/http/https-client.ts';

export function awsOfEnvironment(environment = process.env): AuthorizerAws {
  return createAuthorizerAws({
    http: createHttpsClient().send,
    clock: Date.now,
    sleep: (milliseconds) => sleep(milliseconds),
    random: Math.random,
    environment,
  });
}
