/** One function under AWS's runtime client, in its own process, as in a Lambda execution environment. */
import { end, start } from '../../../local/deployment/child-process.ts';
import type { LambdaRuntime } from '../tools/lambda-runtime.ts';
import { type Outcome, RuntimeApi } from './runtime-api.ts';

export interface FunctionCode {
  /** The folder with the bundle. */
  readonly directory: string;
  /** Such as `index.handler`. */
  readonly handler: string;
  /** In addition to the variables that Lambda sets. */
  readonly environment: Readonly<Record<string, string>>;
}

export class RunningFunction {
  readonly #api: RuntimeApi;
  readonly #close: () => Promise<void>;
  readonly #output: () => string;

  private constructor(api: RuntimeApi, output: () => string, close: () => Promise<void>) {
    this.#api = api;
    this.#output = output;
    this.#close = close;
  }

  static async start(runtime: LambdaRuntime, code: FunctionCode): Promise<RunningFunction> {
    const api = await RuntimeApi.start();
    let output = '';
    const listen = (text: string) => {
      output += text;
    };
    const environment = { ...lambdaEnvironment(api, code), ...code.environment };
    const child = start({ file: runtime.execPath, args: runtime.args, environment, directory: code.directory, listen });
    child.once('error', (error) => api.fail(error));
    child.once('exit', (exitCode) => api.fail(new Error(`The runtime ended with exit code ${exitCode}: ${output}`)));
    const close = async () => {
      await end(child);
      await api.close();
    };
    return new RunningFunction(api, () => output, close);
  }

  invoke(event: unknown): Promise<Outcome> {
    return this.#api.invoke(event);
  }

  /** Its whole output on stdout and stderr. */
  get output(): string {
    return this.#output();
  }

  close(): Promise<void> {
    return this.#close();
  }
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
function lambdaEnvironment(api: RuntimeApi, { directory, handler }: FunctionCode): Readonly<Record<string, string>> {
  return {
    AWS_LAMBDA_RUNTIME_API: api.address,
    _HANDLER: handler,
    LAMBDA_TASK_ROOT: directory,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: 'under-test',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
    AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/under-test',
    AWS_LAMBDA_LOG_STREAM_NAME: 'under-test',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    PATH: '/usr/bin:/bin',
  };
}
