import { describe, expect, it } from 'vitest';
import { type SimulatePorts, simulateCommand } from '../../../bench/simulation/command.ts';
import { parseSimulateOptions, SIMULATE_USAGE } from '../../../bench/simulation/options.ts';
import { ProgressNotes } from '../../../bench/simulation/progress-notes.ts';
import { USUAL } from '../../../bench/simulation/scenario.ts';
import { UsageError } from '../../../local/options.ts';

function portsFor() {
  const printed: string[] = [];
  const notes: string[] = [];
  const ports: SimulatePorts = {
    print: (text) => printed.push(text),
    note: (line) => notes.push(line),
    setTimer: () => () => {},
    measureColdStarts: () => Promise.reject(new Error('not asked for')),
    readPage: () => '',
    readFindings: () => {
      throw new Error('not asked for');
    },
    readRevocationDelays: () => [],
    writeFiles: () => {
      throw new Error('not asked for');
    },
  };
  return { ports, printed, notes };
}

describe('the command line of npm run simulate', () => {
  it('has defaults', () => {
    expect(parseSimulateOptions([])).toEqual({
      help: false,
      json: false,
      quick: false,
      writeDocs: false,
      recorded: false,
      seed: 1,
      load: undefined,
    });
  });

  it('describes a load', () => {
    const line = '--callers 50 --paths 2 --zipf --gateway-ttl 0 --cache-ttl 60 --containers 9 --spread --seed 7';
    expect(parseSimulateOptions(line.split(' '))).toMatchObject({
      seed: 7,
      load: {
        ...USUAL,
        callers: 50,
        paths: 2,
        distribution: 'zipf',
        gatewayTtlSeconds: 0,
        cacheTtlSeconds: 60,
        warmContainers: 9,
        placement: 'spread',
      },
    });
  });

  it.each([
    [['--callers', '0'], 'Got --callers "0"; expected a whole number from 1 to 100000.'],
    [['--seed', '1.5'], 'Got --seed "1.5"; expected a whole number from 0 to 4294967295.'],
    [['--paths', '2'], '--paths needs --callers.'],
    [['--spread'], '--spread needs --callers.'],
    [['--write-docs', '--quick'], '--write-docs needs the whole run; leave --quick and --callers away.'],
    [['--quick', '--callers', '2'], '--quick and --callers exclude each other.'],
    [['--recorded'], '--recorded needs --write-docs.'],
    [['--nope'], /Unknown option '--nope'/],
    [['extra'], /Unexpected argument 'extra'/],
  ])('refuses %j', (args, message) => {
    const parsing = () => parseSimulateOptions(args);
    expect(parsing).toThrow(UsageError);
    expect(parsing).toThrow(message);
  });
});

describe('npm run simulate', () => {
  it('prints its help', async () => {
    const { ports, printed } = portsFor();
    expect(await simulateCommand(parseSimulateOptions(['--help']), ports)).toBe(0);
    expect(printed).toEqual([SIMULATE_USAGE]);
  });

  it('prints the tables of a load', async () => {
    const { ports, printed } = portsFor();
    const options = parseSimulateOptions(['--callers', '30', '--cache-ttl', '60']);
    expect(await simulateCommand(options, ports)).toBe(0);
    expect(printed.join('')).toMatch(
      /^Introspections, [\s\S]*\| 30 × 1 .*\n[\s\S]*US dollars a month\n[\s\S]*\| 30 × 1 /,
    );
  });

  it('prints JSON on one line', async () => {
    const { ports, printed } = portsFor();
    const options = parseSimulateOptions(['--callers', '30', '--cache-ttl', '60', '--json', '--seed', '3']);
    await simulateCommand(options, ports);
    expect(printed.join('').trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(printed.join(''))).toMatchObject({
      seed: 3,
      loads: [{ without: { scenario: { callers: 30, isShared: false } }, with: { result: { usage: {} } } }],
    });
  });
});

describe('the progress of npm run simulate', () => {
  it('is reported after two seconds and then every five, until the end', () => {
    const notes: string[] = [];
    const timers: { readonly milliseconds: number; callback: (() => void) | undefined }[] = [];
    const progress = new ProgressNotes({
      note: (line) => notes.push(line),
      setTimer: (milliseconds, callback) => {
        const timer: (typeof timers)[number] = { milliseconds, callback };
        timers.push(timer);
        return () => {
          timer.callback = undefined;
        };
      },
    });
    progress.show(3, 9);
    timers.at(-1)?.callback?.();
    progress.show(4, 9);
    timers.at(-1)?.callback?.();
    progress.stop();
    expect(timers.map(({ milliseconds }) => milliseconds)).toEqual([2000, 5000, 5000]);
    expect(timers.at(-1)?.callback).toBeUndefined();
    expect(notes).toEqual(['3 of 9 simulations are done … 2 s', '4 of 9 simulations are done … 7 s']);
  });
});
