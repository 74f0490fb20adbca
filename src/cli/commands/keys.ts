/** `asp keys`: shows which key is where. */
import type { Command, Context } from '../command.ts';
import { prepareTenant } from '../connect-tenant.ts';
import { CliError } from '../errors.ts';
import { EXIT } from '../exit-code.ts';
import { type ComparedKey, compareKeys, type KeyComparison } from '../key-comparison.ts';
import { AUDIENCE_OPTION, DELIVERY_OPTIONS, KEY_OPTIONS, MANAGEMENT_OPTIONS } from '../options.ts';
import { printJson } from '../print-json.ts';
import { printable } from '../printable.ts';
import { waitFor } from '../progress.ts';
import { keyPlace } from '../signing-keys.ts';
import { table } from '../table.ts';

const jwksUrlOption = DELIVERY_OPTIONS['jwks-url'];

export const keys: Command = {
  name: 'keys',
  summary: 'Show which keys the tenant, the JWKS and the secret hold, and whether they agree',
  operands: '',
  mostOperands: 0,
  description:
    'Identifies keys by their RFC 7638 thumbprints. Exit code 1 means that they do not agree.\nThe resource server is that of the main audience, or of --audience. "asp doctor" checks those of all audiences.',
  options: {
    ...KEY_OPTIONS,
    ...(jwksUrlOption && { 'jwks-url': jwksUrlOption }),
    ...AUDIENCE_OPTION,
    ...MANAGEMENT_OPTIONS,
  },
  examples: [
    { purpose: 'the key of .asp/key.json', line: 'asp keys' },
    { purpose: 'the key of a deployment, from its stack outputs', line: 'asp keys --outputs cdk-outputs.json' },
  ],
  run: async (context) => {
    const { terminal } = context.ports;
    const place = keyPlace(context);
    const connect = await prepareTenant(context);
    const work = () => compareKeys(place, connect(), context, context.settings.require('audience'));
    const comparison = await waitFor('the tenant', work, context.ports);
    if (context.isJson) printJson(terminal, { place: place.place, ...comparison, jwks: comparison.jwks ?? null });
    else show(place.place, comparison, context);
    if (!comparison.agree) throw disagreement();
    return EXIT.done;
  },
};

function show(
  place: string,
  { keys: found, jwks, unreadable, agree }: KeyComparison,
  { ports: { terminal } }: Context,
): void {
  const { print, note, style } = terminal;
  const rows = found.map((key) => [key.thumbprint, key.signing ?? '-', inTenant(key), key.jwks ? 'yes' : '-']);
  const heading = ['KEY', 'SIGNS', 'TENANT', 'JWKS'];
  for (const line of table([heading, ...rows], (cell, row) => (row === 0 ? style.bold(cell) : cell))) print(line);
  print('');
  print(`SIGNS   ${place}`);
  print('TENANT  the resource server');
  print(`JWKS    ${jwks ? printable([jwks.url, jwks.problem].filter(Boolean).join(': ')) : 'not configured'}`);
  for (const property of unreadable) {
    note(`The resource server's "${property}" holds a value, but no readable key.`);
  }
  if (agree) print('They agree: the tenant knows the current key.');
}

function inTenant({ tenant }: ComparedKey): string {
  return tenant.length === 0 ? '-' : tenant.join(', ');
}

function disagreement(): CliError {
  return new CliError(
    'checks_failed',
    'They do not agree: the tenant may look in a place that does not hold the current key, and then it refuses every introspection. "asp setup --dry-run" shows how to fix it. For a deployment, deploy again.',
  );
}
