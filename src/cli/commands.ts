/** Every command, in the order of `asp --help`. */
import type { Command } from './command.ts';
import { create } from './commands/create.ts';
import { deleteCommand } from './commands/delete.ts';
import { doctor } from './commands/doctor.ts';
import { introspect } from './commands/introspect.ts';
import { keygen } from './commands/keygen.ts';
import { keys } from './commands/keys.ts';
import { list } from './commands/list.ts';
import { setup } from './commands/setup.ts';
import { teardown } from './commands/teardown.ts';

export const COMMANDS: readonly Command[] = [
  create,
  list,
  deleteCommand,
  introspect,
  keygen,
  setup,
  teardown,
  keys,
  doctor,
];
