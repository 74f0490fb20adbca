/**
 * `asp revoke-key`: asks the deployed function to make a new signing key and to remove the old ones from the tenant, the JWKS and
 * the secret. No key reaches this machine: the new one is made in AWS, and only its id comes back.
 */
import { DEFAULTS } from '../../config/defaults.ts';
import { isJsonObject } from '../../core/json.ts';
import type { Command, Context } from '../command.ts';
import { CliError } from '../errors.ts';
import { EXIT } from '../exit-code.ts';
import { printJson } from '../print-json.ts';
import { printable } from '../printable.ts';
import { waitFor } from '../progress.ts';

const OUTPUT_KEY = 'KeyRotationFunctionArn';

interface Revocation {
  readonly kid: string;
  /** `accepted`, or the reason code of the tenant's refusal. */
  readonly introspection: string;
}

export const revokeKey: Command = {
  name: 'revoke-key',
  summary: 'Replace the signing key of a deployment at once',
  operands: '',
  mostOperands: 0,
  description:
    'For an emergency: somebody else may have the private key. A new key is made in AWS. The old keys are removed from\nthe tenant, the JWKS and the labels of the secret. AWS credentials and region come from the environment\n(AWS_PROFILE, AWS_REGION). Exit code 1 means that the old key may still be valid.',
  options: {
    stack: {
      type: 'string',
      placeholder: 'NAME',
      summary: `the deployed stack (stackPrefix, ${DEFAULTS.stackPrefix})`,
    },
    function: {
      type: 'string',
      placeholder: 'NAME',
      summary: 'name or ARN of its key rotation function, instead of --stack',
    },
  },
  examples: [
    { purpose: 'the stack that cdk.json names', line: 'asp revoke-key' },
    { purpose: 'another stack, for a program', line: 'asp revoke-key --stack MyStack --json' },
  ],
  run: async (context) => {
    const { ports, interruption, isJson } = context;
    const functionName = await findFunction(context);
    await interruption.protect(async () => {
      ports.terminal.note('Revoking the signing key …');
      const invoke = () => ports.invokeFunction(functionName, { Step: 'revokeKey' });
      const revocation = parseRevocation(await waitFor('the key rotation function', invoke, ports));
      if (isJson) printJson(ports.terminal, { revoked: true, ...revocation });
      else for (const line of describe(revocation)) ports.terminal.print(printable(line));
    });
    return EXIT.done;
  },
};

async function findFunction({ args, ports, settings }: Context): Promise<string> {
  if (args.text('function') !== undefined) return args.required('function');
  const stack = args.text('stack') === undefined ? settings.require('stack') : args.required('stack');
  ports.terminal.note(printable(`Looking for the key rotation function in the stack ${stack} …`));
  return waitFor('CloudFormation', () => ports.readStackOutput(stack, OUTPUT_KEY), ports);
}

function parseRevocation(response: unknown): Revocation {
  const { kid, introspection } = isJsonObject(response) ? response : {};
  if (typeof kid === 'string' && typeof introspection === 'string') return { kid, introspection };
  throw new CliError(
    'revocation_unconfirmed',
    'The response of the function does not describe a revocation. The old key may still be valid. Check that the function is the key rotation function (the stack output KeyRotationFunctionArn).',
  );
}

function describe({ kid, introspection }: Revocation): readonly string[] {
  const revoked = `Revoked. The new signing key is ${kid}`;
  if (introspection === 'accepted') return [revoked, 'The tenant accepts it.'];
  return [
    revoked,
    `The tenant does not accept it yet (${introspection}). Until it does, callers with opaque tokens and app specific passwords get 503. With a key delivery by URL, wait until the tenant's copy of the JWKS is older than jwksCacheSeconds. Otherwise look at the log of the function and of the tenant.`,
  ];
}
