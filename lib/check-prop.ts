/** Checks a construct's props at synthesis, by the same schemas that check `cdk.json`. */
import { type Duration, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { type GenericSchema, safeParse } from 'valibot';
import { ConfigurationError } from '../src/core/errors.ts';

/**
 * Checks one prop. A value that is known only at deployment passes.
 *
 * @throws ConfigurationError `configuration_invalid`
 */
export function checkProp(scope: IConstruct, name: string, value: unknown, schema: GenericSchema): void {
  if (Token.isUnresolved(value)) return;
  const { issues: [issue] = [] } = safeParse(schema, value);
  if (issue) throw invalidProp(scope, `${name}: ${issue.message}`);
}

/**
 * Converts a prop to seconds for a function's configuration.
 *
 * @param schema accepts the seconds
 * @throws ConfigurationError `configuration_invalid`
 */
export function secondsOf(
  scope: IConstruct,
  name: string,
  duration: Duration | undefined,
  schema: GenericSchema,
): number | undefined {
  if (duration === undefined) return undefined;
  if (duration.isUnresolved()) {
    throw invalidProp(
      scope,
      `${name}: got a duration that is known only at deployment; expected one that is known at synthesis, such as Duration.minutes(5)`,
    );
  }
  const seconds = duration.toSeconds({ integral: false });
  checkProp(scope, name, seconds, schema);
  return seconds;
}

/** Makes the error for a prop that is wrong. The message begins with the path of the construct, so the user finds it in the stack. */
export function invalidProp(scope: IConstruct, message: string): ConfigurationError {
  return new ConfigurationError('configuration_invalid', `${scope.node.path}: ${message}`);
}
