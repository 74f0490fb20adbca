/** `asp introspect`: shows what the tenant reports about a token, and what the authorizer would decide. */
import type { UnverifiedResponse } from '../../issuer/introspection.ts';
import { audiencesOf } from '../audiences.ts';
import type { Command, Context } from '../command.ts';
import { describeToken } from '../describe-token.ts';
import { EXIT } from '../exit-code.ts';
import { describeCarriers, describeHandling, type Explanation, explain } from '../explain.ts';
import { createIntrospection } from '../introspection.ts';
import { AUDIENCES_OPTION, KEY_OPTIONS, TENANT_OPTIONS } from '../options.ts';
import { printJson } from '../print-json.ts';
import { printable } from '../printable.ts';
import { waitFor } from '../progress.ts';
import { keyPlace } from '../signing-keys.ts';
import { table } from '../table.ts';
import { readToken } from '../token-input.ts';

export const introspect: Command = {
  name: 'introspect',
  summary: 'Ask the tenant about a token',
  operands: '[-]',
  mostOperands: 1,
  description:
    'Accepts any token: JWT, opaque access token, refresh token, app specific password. Prompts for it, or reads it from\nstandard input. A token as an argument works too, but others on this machine can see it.\nWith several audiences, the tenant is asked in the name of each in turn.',
  options: {
    explain: { type: 'boolean', summary: 'show what the authorizer would decide for each route, and why' },
    ...AUDIENCES_OPTION,
    ...TENANT_OPTIONS,
    ...KEY_OPTIONS,
  },
  examples: [
    { purpose: 'prompt for the token, without showing it', line: 'asp introspect' },
    { purpose: 'from a file, with the decision for each route', line: 'asp introspect --explain - < .asp/backup' },
    { purpose: 'in a script: is it active?', line: "asp introspect --json - < .asp/backup | jq -e '.response.active'" },
  ],
  run: async (context) => {
    const { ports } = context;
    const keys = keyPlace(context);
    const audiences = audiencesOf(context);
    await keys.read();
    const token = await readToken(context);
    const response = await waitFor(
      'the tenant',
      () => askAsEachAudience(audiences, (audience) => createIntrospection(context, keys, audience)(token)),
      ports,
    );
    const explanations = context.args.flag('explain')
      ? await waitFor('the tenant', () => explain(token, keys, context), ports)
      : undefined;
    if (context.isJson) printJson(ports.terminal, { response, ...(explanations && { explanations }) });
    else show(token, response, explanations, context);
    return EXIT.done;
  },
};

/** The tenant reports a token as active only in the name of its own audience. */
async function askAsEachAudience(
  [audience, ...others]: readonly [string, ...string[]],
  ask: (audience: string) => Promise<UnverifiedResponse>,
): Promise<UnverifiedResponse> {
  const response = await ask(audience);
  const [next, ...rest] = others;
  return response.active || next === undefined ? response : askAsEachAudience([next, ...rest], ask);
}

function show(
  token: string,
  response: UnverifiedResponse,
  explanations: readonly Explanation[] | undefined,
  context: Context,
): void {
  const { terminal, clock } = context.ports;
  const { print, style } = terminal;
  for (const line of table(describeToken(response, clock()), (cell, _row, column) =>
    column === 0 ? style.dim(cell) : cell,
  )) {
    print(line);
  }
  if (!explanations) return;
  print('');
  print(style.bold(`As ${describeCarriers(context)}, the authorizer would decide`));
  const { audiences = [] } = explanations.find((explanation) => explanation.audiences) ?? {};
  const ofToken = audiences.length === 0 ? '' : `; it is for ${audiences.join(', ')}`;
  print(printable(`(${describeHandling(token)}${ofToken}):`));
  const rows = explanations.map(({ route, status, outcome, rule, reason }) => [
    route,
    `${status} ${outcome}`,
    status === 200 ? rule : `${rule} (${reason})`,
  ]);
  for (const line of table(rows, decorate(explanations, style))) print(line);
  showClaims(explanations, terminal);
}

/** They are the same for every route. */
function showClaims(explanations: readonly Explanation[], { print, style }: Context['ports']['terminal']): void {
  const claims = explanations.find((one) => one.claims)?.claims;
  if (!claims) return;
  print('');
  print(style.bold('Besides the usual values, the backend would receive'));
  for (const line of table(Object.entries(claims))) print(line);
}

function decorate(explanations: readonly Explanation[], style: Context['ports']['terminal']['style']) {
  return (cell: string, row: number, column: number) => {
    if (column !== 1) return cell;
    return explanations[row]?.status === 200 ? style.good(cell) : style.bad(cell);
  };
}
