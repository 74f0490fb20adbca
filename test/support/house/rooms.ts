/** The rooms of `docs/architecture.md`: which folder may import which, and which packages. */
import { codeSpans, section, tableRows } from './document.ts';

export interface Room {
  /** As the table names it, such as `src/core/` or `lib/`. */
  readonly name: string;
  readonly mayImport: string;
}

export const ROOMS: readonly Room[] = tableRows(section('Rooms'), 'folder', 'subject', 'may import').map(
  ([folder = '', , mayImport = '']) => ({ name: codeSpans(folder)[0] ?? folder, mayImport }),
);

/**
 * The room that a folder or file belongs to, the most specific one.
 *
 * @throws Error if it does not belong to a room
 */
export function roomOf(path: string): Room {
  const found = ROOMS.filter(({ name }) => holds(name, path)).sort((a, b) => b.name.length - a.name.length)[0];
  if (found === undefined) throw new Error(`${path} belongs to no room of docs/architecture.md.`);
  return found;
}

/** Whether the table allows an import between two folders. */
export function mayImport(from: string, to: string): boolean {
  const { name, mayImport } = roomOf(from);
  if (sameRoom(name, from, to) || mayImport === 'everything') return true;
  const [allowed = '', excepted = ''] = mayImport.split(' except ');
  return matches(allowed, to) && !matches(excepted, to);
}

export interface PackageRule {
  /** A module of the package, or of one of its kind. */
  readonly specifier: string;
  readonly mayUse: (folder: string) => boolean;
}

/** The table's rules about packages, including the exceptions. */
export const PACKAGE_RULES: readonly PackageRule[] = tableRows(section('Rooms'), 'package', 'only in').flatMap(
  ([packages = '', places = '']) => {
    const [only = '', excepted = ''] = packages.split(' except ');
    const restricted = codeSpans(only).map((name) => ({
      specifier: name.replace('*', name === 'node:*' ? 'fs' : 'any-client'),
      mayUse: (folder: string) => isUnrestricted(folder) || matches(places, roomOf(folder).name),
    }));
    const free = codeSpans(excepted).map((specifier) => ({ specifier, mayUse: () => true }));
    return [...restricted, ...free];
  },
);

const isUnrestricted = (folder: string) => roomOf(folder).mayImport === 'everything';

/** A room with `*` in its name stands for several rooms: one for each folder. */
function sameRoom(name: string, from: string, to: string): boolean {
  if (!holds(name, to) || roomOf(to).name !== name) return false;
  return !name.includes('*') || from.split('/')[1] === to.split('/')[1];
}

/** Whether one of the names in backticks covers the folder. `core` is short for `src/core/`. */
function matches(names: string, folder: string): boolean {
  return codeSpans(names).some((name) => {
    const full = name.endsWith('/') ? name : `src/${name}/`;
    // `local/` does not cover `local/tenant/`, which has its own row.
    return full === 'src/' ? holds(full, folder) : holds(full, folder) && roomOf(folder).name === full;
  });
}

function holds(name: string, path: string): boolean {
  const parts = name.split('/').slice(0, -1);
  const found = path.split('/');
  return parts.every((part, index) => part === found[index] || (part === '*' && found[index] !== undefined));
}
