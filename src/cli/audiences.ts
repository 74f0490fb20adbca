/** The identifiers of the API: its main audience, and the others that the deployment accepts. They come from the settings, so they are parsed. */
import { audiences as audiencesSchema } from '../config/fields.ts';
import { exactly, parse } from '../config/parse.ts';
import { type JsonObject, parseJson } from '../core/json.ts';
import type { Context } from './command.ts';

const schema = exactly({ audiences: audiencesSchema });

type Needed = Pick<Context, 'args' | 'settings'>;

/**
 * The audiences that a command is about. `--audience` alone names the only one.
 *
 * @throws CliError `usage` if there is none
 * @throws ConfigurationError `configuration_invalid` if the others are not a list of identifiers
 */
export function audiencesOf({ args, settings }: Needed): readonly [string, ...string[]] {
  const main = settings.require('audience');
  const isOnly = args.text('audience') !== undefined && args.text('audiences') === undefined;
  return [main, ...(isOnly ? [] : listed(settings.get('audiences'))).filter((other) => other !== main)];
}

/**
 * The audiences that the authorizer accepts: those of the deployment if the command is about one of these.
 *
 * @param deployment its configuration, unchecked
 */
export function acceptedAudiences(needed: Needed, deployment: JsonObject): readonly [string, ...string[]] {
  const [main, ...others] = audiencesOf(needed);
  const { audience } = deployment;
  if (others.length > 0 || typeof audience !== 'string') return [main, ...others];
  const ofDeployment = [audience, ...listed(needed.settings.get('audiences'))] as const;
  return ofDeployment.includes(main) ? ofDeployment : [main];
}

/** A list in JSON, as after `-c` of the CDK, or identifiers with spaces between them, which no identifier contains. */
function listed(text = ''): readonly string[] {
  const parsed = parseJson(text);
  const audiences = Array.isArray(parsed) ? parsed : text.split(/\s+/).filter((one) => one !== '');
  return parse(schema, { audiences }, 'The list of audiences').audiences;
}
