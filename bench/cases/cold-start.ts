/**
 * A cold start compared with that of a bare handler: from the start of a new process to the first response, with the
 * deployed bundle. Keys, secret and introspection come over TLS from a stand-in on loopback.
 */
import { join } from 'node:path';
import { bundle } from '../bundle.ts';
import { runChild } from '../child.ts';
import { restEventText } from '../rest-event.ts';
import { median, rotated } from '../rounds.ts';
import { type Aim, atMost, type Row } from '../row.ts';
import { type StandIn, startStandIn } from '../stand-in.ts';

const PATH = 'cold start over a bare handler';
const ROUNDS = 25;

interface Start {
  readonly subject: string;
  readonly entry: string;
  readonly token: string;
  /** Whether the shared cache knows the token. It does after the first round, which does not count. */
  readonly isShared?: boolean;
  /** The most milliseconds above the floor, from those of the peer in the same run. */
  readonly aim?: (peerMs: number) => number;
}

const PEER = 'aws-jwt-verify alone, JWT';
/** What checking more than the peer may cost: the routes, the scopes, other credentials, and the log line. */
const jwtAim = (peerMs: number) => peerMs + 4;
/** It reads a secret, signs an assertion and introspects. */
const opaqueAim = (peerMs: number) => 1.6 * jwtAim(peerMs);

export async function coldStart(): Promise<readonly Row[]> {
  const standIn = await startStandIn();
  try {
    const [jwt] = await standIn.issuer.mint(1);
    return toRows(await startAll(startsWith(jwt), standIn));
  } finally {
    await standIn.close();
  }
}

function startsWith(jwt: string): readonly Start[] {
  const ours = 'lambda/authorizer/handler.ts';
  return [
    { subject: 'floor: a bare handler', entry: 'bench/children/bare-handler.ts', token: 'none' },
    { subject: 'ours, JWT', entry: ours, token: jwt, aim: jwtAim },
    { subject: PEER, entry: 'bench/children/jwt-peer.ts', token: jwt },
    { subject: 'ours, opaque token', entry: ours, token: 'opaque', aim: opaqueAim },
    {
      subject: 'ours, opaque token known to the shared cache',
      entry: ours,
      token: 'shared',
      aim: opaqueAim,
      isShared: true,
    },
    { subject: 'oauth4webapi and the SDK, opaque token', entry: 'bench/children/opaque-peer.ts', token: 'opaque' },
  ];
}

interface Timed extends Start {
  readonly milliseconds: number[];
}

async function startAll(starts: readonly Start[], standIn: StandIn): Promise<readonly Timed[]> {
  const runner = join(standIn.directory, 'first-response.cjs');
  await bundle('bench/children/first-response.ts', runner);
  const timed = starts.map((start) => ({ ...start, milliseconds: [] as number[] }));
  for (const { entry } of starts) await bundle(entry, bundleOf(entry, standIn));
  const table = new SharedTable(standIn);
  for (let round = -1; round < ROUNDS; round += 1) {
    for (const { subject, entry, token, isShared = false, milliseconds } of rotated(timed, round)) {
      const args = [bundleOf(entry, standIn), restEventText(token)];
      const printed = await table.during(isShared, () => runChild(runner, args, standIn.environment));
      const ended = milliseconds.push(timeOf(printed, subject));
      if (round < 0) milliseconds.length = ended - 1;
    }
  }
  return timed;
}

/** The table of the shared cache: empty for most starts, and with what the start before has written for some. */
class SharedTable {
  readonly #items: StandIn['items'];
  #written: readonly (readonly [string, object])[] = [];

  constructor({ items }: StandIn) {
    this.#items = items;
  }

  async during<Result>(isShared: boolean, start: () => Promise<Result>): Promise<Result> {
    this.#items.clear();
    if (isShared) for (const [id, item] of this.#written) this.#items.set(id, item);
    const result = await start();
    if (isShared) this.#written = [...this.#items];
    return result;
  }
}

function bundleOf(entry: string, { directory }: StandIn): string {
  return join(directory, `${entry.replaceAll('/', '-')}.cjs`);
}

function timeOf(printed: unknown, subject: string): number {
  const { milliseconds, effect } = printed as { readonly milliseconds: number; readonly effect: string };
  if (effect !== 'Allow') throw new Error(`${subject} responded with ${effect}, so its time means nothing.`);
  return milliseconds;
}

function toRows(timed: readonly Timed[]): readonly Row[] {
  const floor = timed[0]?.milliseconds ?? [];
  const overOf = ({ milliseconds }: Timed) =>
    median(milliseconds.map((value, round) => value - (floor[round] ?? Number.NaN)));
  const peer = timed.find(({ subject }) => subject === PEER);
  const peerMs = peer ? overOf(peer) : Number.NaN;
  return timed.map((each) => {
    const { subject, aim: aimOf, milliseconds } = each;
    const over = overOf(each);
    const maximum = aimOf?.(peerMs);
    const aim: { readonly aim?: Aim } =
      maximum === undefined ? {} : { aim: atMost(over, maximum, `+ ${maximum.toFixed(1)} ms`) };
    const toFloor = { by: 'difference', value: over } as const;
    return { path: PATH, subject, value: median(milliseconds), unit: 'ms', toFloor, ...aim };
  });
}
