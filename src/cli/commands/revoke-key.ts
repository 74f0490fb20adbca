/**
 * `npm run revoke-key`: has the deployed function make a new signing key and take the old ones from the tenant, the JWKS and the
 * secret. No key ever comes here: it is made in AWS, and only its id is told.
 */
import { parseArgs } from 'node:util';
import { isJsonObject } from '../../core/json.ts';
import { EXIT, type ExitCode, type Output, UsageError } from '../operation.ts';

export interface RevokeKeyPorts extends Output {
  readonly readStackOutput: (stackName: string, outputKey: string) => Promise<string>;
  readonly invokeFunction: (functionName: string, event: unknown) => Promise<unknown>;
}

export const REVOKE_KEY_USAGE = `Usage: npm run revoke-key -- [options]

Replaces the signing key at once, for when its private half may have got into wrong hands: a new key
is made in AWS, and the old ones are gone from the tenant, the JWKS and the labels of the secret.
AWS credentials and region come from the environment (AWS_PROFILE, AWS_REGION).

  --stack NAME       the deployed stack (default: Auth0Authorizer)
  --function NAME    name or ARN of its key rotation function, instead of looking into the stack
  --json             print one JSON object
  --help             print this

Ends with 0 when the old key is revoked, 1 when it may be valid still, 2 for a wrong command line.
`;

const OUTPUT_KEY = 'KeyRotationFunctionArn';

/** Runs the command. */
export async function runRevokeKey(args: readonly string[], ports: RevokeKeyPorts): Promise<ExitCode> {
  const options = parse(args);
  if (options.help) {
    ports.print(REVOKE_KEY_USAGE.trimEnd());
    return EXIT.done;
  }
  if (options.function === undefined)
    ports.report(`Looking for the key rotation function in the stack ${options.stack} …`);
  const functionName = options.function ?? (await ports.readStackOutput(options.stack, OUTPUT_KEY));
  ports.report('Revoking the signing key …');
  const { kid, introspection } = parseAnswer(await ports.invokeFunction(functionName, { Step: 'revokeKey' }));
  if (options.json) ports.print(JSON.stringify({ revoked: true, kid, introspection }));
  else for (const line of describe(kid, introspection)) ports.print(line);
  return EXIT.done;
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  try {
    const options = { stack: { ...text, default: 'Auth0Authorizer' }, function: text, json: flag, help: flag };
    return parseArgs({ args: [...args], options }).values;
  } catch {
    throw new UsageError('The command line holds what is no option of this command; see --help.');
  }
}

function parseAnswer(answer: unknown) {
  const { kid, introspection } = isJsonObject(answer) ? answer : {};
  if (typeof kid === 'string' && typeof introspection === 'string') return { kid, introspection };
  throw new TypeError(
    'The function answered something else than a revocation. Is it the key rotation function? The old key may be valid still.',
  );
}

function describe(kid: string, introspection: string): readonly string[] {
  const revoked = `Revoked. The key that signs from now on: ${kid}`;
  if (introspection === 'accepted') return [revoked, 'The tenant takes it.'];
  return [
    revoked,
    `The tenant does not take it yet (${introspection}): callers with opaque tokens and app specific passwords get 503 until it does. By URL, that is until its copy of the JWKS is older than jwksCacheSeconds; otherwise look at the log of the function and the tenant.`,
  ];
}
