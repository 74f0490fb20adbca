/** Flushes API Gateway's caches of the authorizer's responses, for all stages. */
import { APIGatewayClient, FlushStageAuthorizersCacheCommand } from '@aws-sdk/client-api-gateway';
import { ApiGatewayV2Client, ResetAuthorizersCacheCommand } from '@aws-sdk/client-apigatewayv2';
import type { FlushCaches, FlushedStage } from '../revocation/ports.ts';
import { CLIENT_OPTIONS } from './client-options.ts';
import { AwsError, errorName } from './errors.ts';

/** Well below the timeout of the function, which also writes marks. */
const DEADLINE_MS = 8000;

/** One attempt only: the schedule repeats a flush, with growing delays, because the control plane accepts few calls. */
const OPTIONS = { ...CLIENT_OPTIONS, maxAttempts: 1 };

interface Clients {
  readonly rest: Pick<APIGatewayClient, 'send'>;
  readonly http: Pick<ApiGatewayV2Client, 'send'>;
}

/**
 * Connects to API Gateway with the credentials and region of the environment.
 *
 * @returns a function that flushes all stages at once, each with a deadline, all of them even if one fails, and throws AwsError
 *   `flush_failed`. A stage that does not exist has nothing to flush.
 */
export function createFlushCaches(
  stages: readonly FlushedStage[],
  clients = connect(),
  deadlineMs = DEADLINE_MS,
): FlushCaches {
  return async () => {
    const names = await Promise.all(stages.map((stage) => flush(stage, clients, deadlineMs).then(() => '', errorName)));
    const failures = stages.flatMap((stage, index) => {
      const name = names[index] ?? '';
      return name === '' || name === 'NotFoundException' ? [] : [`${nameOf(stage)}: got ${name}`];
    });
    if (failures.length === 0) return;
    throw new AwsError(
      'flush_failed',
      `The cache of ${failures.length} of ${stages.length} stages cannot be flushed: ${failures.join('; ')}. Check that the function may use apigateway:DELETE on the stage's cache/authorizers. TooManyRequestsException means that the account's control plane is busy.`,
    );
  };
}

async function flush(stage: FlushedStage, { rest, http }: Clients, deadlineMs: number): Promise<void> {
  const options = { abortSignal: AbortSignal.timeout(deadlineMs) };
  const { stageName } = stage;
  if ('restApiId' in stage) {
    await rest.send(new FlushStageAuthorizersCacheCommand({ restApiId: stage.restApiId, stageName }), options);
  } else {
    await http.send(new ResetAuthorizersCacheCommand({ ApiId: stage.httpApiId, StageName: stageName }), options);
  }
}

function nameOf(stage: FlushedStage): string {
  return `${'restApiId' in stage ? stage.restApiId : stage.httpApiId}/${stage.stageName}`;
}

function connect(): Clients {
  return { rest: new APIGatewayClient(OPTIONS), http: new ApiGatewayV2Client(OPTIONS) };
}
