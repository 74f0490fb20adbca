/** Reads the rights of a function's role out of a template. */
import type { Template } from 'aws-cdk-lib/assertions';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Actions and, as JSON text, resources. */
export interface Right {
  readonly actions: readonly string[];
  readonly on: readonly string[];
  /** The items of a table that the statement covers. */
  readonly items?: readonly string[];
}

/** The statements of all policies of the role whose logical id has this prefix. */
export function statementsOf(template: Template, idPrefix: string): readonly Right[] {
  const roles = Object.entries(template.findResources('AWS::IAM::Role')).filter(([id]) => id.startsWith(idPrefix));
  return roles.flatMap(([, { Properties }]) =>
    Properties.Policies.flatMap(({ PolicyDocument }: { PolicyDocument: { Statement: readonly Statement[] } }) =>
      PolicyDocument.Statement.map(({ Action, Resource, Condition }) => {
        const items = Condition?.['ForAllValues:StringEquals']?.['dynamodb:LeadingKeys'];
        const on = [Resource].flat().map((resource) => JSON.stringify(resource));
        return { actions: [Action].flat(), on, ...(items !== undefined && { items: [items].flat().map(String) }) };
      }),
    ),
  );
}
