/**
 * Compares the shape of an event, as the observer reports it, with the recorded events that the tests use. A shape is a list
 * such as `path:string requestContext.stage:string`: names and types, no values.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isJsonObject, parseJson } from '../../src/core/json.ts';
import { PROJECT_DIRECTORY } from '../deployment/cdk-command.ts';

const EVENTS = join(PROJECT_DIRECTORY, 'test', 'support', 'lambda-runtime', 'events');
/** Present only under mutual TLS, which the observer does not use. */
const NOT_COMPARED = /\.clientCert\b/;

type ShapeOf = (value: unknown) => readonly string[];

/** The function that runs in the observer itself, so that both shapes are made in the same way. */
const { shapeOf }: { readonly shapeOf: ShapeOf } = createRequire(import.meta.url)('./observer.cjs');

export interface ShapeDifference {
  /** Members that no recorded event has. */
  readonly added: readonly string[];
  /** Members of every recorded event that the event lacks. */
  readonly absent: readonly string[];
  /** Members whose type is another one. */
  readonly changed: readonly string[];
}

/** @param files names of recorded events of one kind, without `.json` */
export function compareWithRecorded(shape: string, files: readonly string[]): ShapeDifference {
  const recorded = files.map((file) => membersOf(shapeOf(readEvent(file))));
  const seen = membersOf(shape.split(' '));
  const known = (path: string) => recorded.flatMap((event) => event.get(path) ?? []);
  const common = [...(recorded[0] ?? new Map()).keys()].filter((path) => recorded.every((event) => event.has(path)));
  return {
    added: [...seen.keys()].filter((path) => known(path).length === 0),
    absent: common.filter((path) => !seen.has(path)),
    changed: [...seen].flatMap(([path, types]) => {
      const others = known(path);
      return others.length === 0 || types.some((type) => others.includes(type))
        ? []
        : [`${path} (${types.join(', ')})`];
    }),
  };
}

/** `2 members that no recorded event has: a, b`. */
export function differenceInWords({ added, absent, changed }: ShapeDifference): string {
  const parts = [
    ...(added.length === 0 ? [] : [`has, unlike the recorded events: ${added.join(', ')}`]),
    ...(absent.length === 0 ? [] : [`lacks: ${absent.join(', ')}`]),
    ...(changed.length === 0 ? [] : [`has other types: ${changed.join(', ')}`]),
  ];
  return parts.length === 0 ? 'has the same members as the recorded events' : parts.join('; ');
}

/** The members that are required and missing. */
export function missingIn(shape: string, required: readonly string[]): readonly string[] {
  const seen = new Set(shape.split(' '));
  return required.filter((member) => !seen.has(member));
}

function membersOf(shape: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const members = new Map<string, string[]>();
  for (const member of shape.filter((one) => !NOT_COMPARED.test(one))) {
    const colon = member.lastIndexOf(':');
    const path = member.slice(0, colon);
    members.set(path, [...(members.get(path) ?? []), member.slice(colon + 1)]);
  }
  return members;
}

function readEvent(file: string): unknown {
  const event = parseJson(readFileSync(join(EVENTS, `${file}.json`), 'utf8'));
  if (!isJsonObject(event)) throw new TypeError(`The recorded event ${file} is not a JSON object.`);
  return event;
}
