/** Warnings as one attribute of a custom resource, which becomes an output of the stack. */

/** Said where there is nothing to say: CloudFormation takes no empty output. */
export const NO_WARNINGS = 'none';

/** An answer to CloudFormation holds 4,096 bytes in all. */
const LONGEST_WARNINGS = 2000;

export function warningsAttribute(warnings: readonly string[]): string {
  if (warnings.length === 0) return NO_WARNINGS;
  return warnings
    .map((warning, index) => `(${index + 1}) ${warning}`)
    .join(' ')
    .slice(0, LONGEST_WARNINGS);
}
