/** The plots of `docs/scaling.md`, as descriptions for vega-lite. Their colours are readable on white and on black. */
import type { TopLevelSpec } from 'vega-lite';
import type { Pair } from './experiments.ts';
import type { ColdStart, Recorded, RevocationDelay } from './recorded.ts';
import { introspectionsPerMillion } from './tables.ts';

const COLOURS = { text: '#7d8590', grid: '#7d859055', ours: '#2f81f7', other: '#d4762c' } as const;
const WIDTH = 560;
const BAR_HEIGHT = 34;

const CONFIG: NonNullable<TopLevelSpec['config']> = {
  background: 'transparent',
  font: 'system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif',
  view: { stroke: null },
  axis: {
    labelColor: COLOURS.text,
    titleColor: COLOURS.text,
    domainColor: COLOURS.text,
    tickColor: COLOURS.text,
    gridColor: COLOURS.grid,
    labelFontSize: 13,
    titleFontSize: 13,
    titleFontWeight: 'normal',
    labelLimit: 0,
  },
  legend: { labelColor: COLOURS.text, labelFontSize: 13, title: null, orient: 'top', labelLimit: 360 },
  text: { color: COLOURS.text, fontSize: 13 },
};

export interface Plot {
  /** Of its file. */
  readonly name: string;
  readonly title: string;
  readonly spec: TopLevelSpec;
}

export function plotsOf({ findings, coldStarts }: Recorded, delays: readonly RevocationDelay[]): readonly Plot[] {
  return [
    {
      name: 'introspections',
      title:
        'Introspections for a million requests against the number of containers, without and with the shared cache',
      spec: containersPlot(findings.containers),
    },
    {
      name: 'revocation',
      title: 'How long a revoked credential is still accepted',
      spec: revocationPlot(delays),
    },
    {
      name: 'cold-starts',
      title: 'The cold start of the authorizer and of other libraries, above a function that does nothing',
      spec: coldStartsPlot(coldStarts.starts),
    },
  ];
}

/** Introspections against containers. */
function containersPlot(pairs: readonly Pair[]): TopLevelSpec {
  const values = pairs.flatMap(({ without, with: shared }) =>
    [without, shared].map((measured) => ({
      containers: measured.scenario.warmContainers,
      introspections: introspectionsPerMillion(measured),
      cache: measured.scenario.isShared ? 'with the shared cache' : 'without the shared cache',
    })),
  );
  return {
    config: CONFIG,
    width: WIDTH,
    height: 260,
    padding: 8,
    data: { values },
    mark: { type: 'line', point: { size: 60 }, strokeWidth: 2.5 },
    encoding: {
      x: {
        field: 'containers',
        type: 'quantitative',
        scale: { type: 'log' },
        axis: { title: 'containers', values: [1, 3, 10, 30, 100, 300, 1000], format: ',', grid: false },
      },
      y: {
        field: 'introspections',
        type: 'quantitative',
        axis: { title: 'introspections for a million requests', format: '~s', tickCount: 6 },
      },
      color: {
        field: 'cache',
        type: 'nominal',
        scale: {
          domain: ['without the shared cache', 'with the shared cache'],
          range: [COLOURS.other, COLOURS.ours],
        },
      },
    },
  };
}

/** How long a revoked credential is still accepted. */
function revocationPlot(delays: readonly RevocationDelay[]): TopLevelSpec {
  const bars = delays.map(({ configuration, seconds, isOurs }) => ({ label: configuration, value: seconds, isOurs }));
  return barPlot(bars, 'seconds until no container accepts it', ' s');
}

function coldStartsPlot(starts: readonly ColdStart[]): TopLevelSpec {
  const bars = starts.map(({ subject, milliseconds, isOurs }) => ({ label: subject, value: milliseconds, isOurs }));
  return barPlot(bars, 'milliseconds above a function that does nothing', ' ms');
}

interface Bar {
  readonly label: string;
  readonly value: number;
  readonly isOurs: boolean;
}

function barPlot(bars: readonly Bar[], title: string, unit: string): TopLevelSpec {
  const values = bars.map((bar) => ({ ...bar, shown: `${Math.round(bar.value)}${unit}` }));
  const y = {
    field: 'label',
    type: 'nominal',
    sort: null,
    axis: { title: null, ticks: false, domain: false },
  } as const;
  const x = { field: 'value', type: 'quantitative', axis: { title, tickCount: 6 } } as const;
  return {
    config: CONFIG,
    width: WIDTH - 200,
    height: { step: BAR_HEIGHT },
    padding: 8,
    data: { values },
    encoding: { y, x },
    layer: [
      {
        mark: { type: 'bar', height: 20, cornerRadiusEnd: 3 },
        encoding: {
          color: {
            field: 'isOurs',
            type: 'nominal',
            scale: { domain: [true, false], range: [COLOURS.ours, COLOURS.other] },
            legend: null,
          },
        },
      },
      { mark: { type: 'text', align: 'left', dx: 6 }, encoding: { text: { field: 'shown' } } },
    ],
  };
}
