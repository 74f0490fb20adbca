/** Turns measurements into rows. The first contender is the floor. */
import type { Measurement } from './rounds.ts';
import type { Aim, Row } from './row.ts';

/** @param aimOf returns the aim of a contender, if it has one */
export function measuredRows(
  path: string,
  measurements: readonly Measurement[],
  aimOf: (measurement: Measurement) => Aim | undefined,
): readonly Row[] {
  const [floor] = measurements;
  return measurements.map((measurement) => {
    const aim = aimOf(measurement);
    return {
      path,
      subject: measurement.subject,
      value: measurement.medianMicroseconds,
      unit: 'µs',
      toFloor: { by: 'ratio', value: measurement.ratioTo(floor?.subject ?? '') },
      ...(aim ? { aim } : {}),
    };
  });
}
