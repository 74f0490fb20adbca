/** Every command, grouped and in the order of `asp --help`. */
import type { Command } from './command.ts';
import { checkWellKnown } from './commands/check-well-known.ts';
import { create } from './commands/create.ts';
import { deleteCommand } from './commands/delete.ts';
import { doctor } from './commands/doctor.ts';
import { introspect } from './commands/introspect.ts';
import { keygen } from './commands/keygen.ts';
import { keys } from './commands/keys.ts';
import { list } from './commands/list.ts';
import { revoke } from './commands/revoke.ts';
import { revokeKey } from './commands/revoke-key.ts';
import { setup } from './commands/setup.ts';
import { tail } from './commands/tail.ts';
import { teardown } from './commands/teardown.ts';

export interface CommandGroup {
  readonly heading: string;
  readonly commands: readonly Command[];
}

export const COMMAND_GROUPS: readonly CommandGroup[] = [
  { heading: 'App specific passwords and tokens', commands: [create, list, deleteCommand, introspect] },
  { heading: 'The signing key and the tenant', commands: [keygen, setup, teardown, keys, doctor] },
  { heading: 'A deployment in AWS', commands: [tail, revoke, checkWellKnown, revokeKey] },
];

export const COMMANDS: readonly Command[] = COMMAND_GROUPS.flatMap(({ commands }) => commands);
