/**
 * Computes how a resource server has to change so that the tenant knows our key, and how to restore it afterwards. Pure.
 * The traces say what each property held before we first wrote to it and what in it is ours; nothing else is ever changed.
 */
import { isJsonObject } from '../../core/json.ts';
import {
  includesKey,
  KEY_PROPERTIES,
  type KeyPatch,
  type KeyProperties,
  type KeyProperty,
  sameKeyValue,
  type WantedKeyProperties,
} from '../../management/key-properties.ts';

/** What we know of one property that we wrote to. */
export interface KeyTrace {
  /** What it held before our first write, as it was; `null` if it was absent. Never changed afterwards. */
  readonly before: unknown;
  /**
   * What in it is ours: whole values that we wrote or meant to write (`null`: we removed it), and for `verificationKeys`
   * the entries. More than one while a change is under way, since a crash leaves open which of them the tenant holds.
   */
  readonly ours: readonly unknown[];
  /**
   * What we wrote last, if the tenant accepted it but does not show it. It is then assumed to be there, so that it can be
   * removed again. Absent if the tenant shows the property, or if it should hold nothing.
   */
  readonly unseen?: unknown;
  /** Whether `unseen` was only about to be written. The tenant has probably shown since then that it is not there. */
  readonly isUnconfirmed?: boolean;
}

/** A property that we never wrote to has no trace. */
export type KeyTraces = { readonly [Property in KeyProperty]?: KeyTrace };

export interface KeyChange {
  /** Empty if nothing has to change. */
  readonly patch: KeyPatch;
  /** To be recorded before the patch is sent. */
  readonly traces: KeyTraces;
}

/**
 * Computes the change for the resource server to hold what is wanted: our keys are set, what we wrote for another mode is
 * removed, and other people's `verificationKeys` are kept beside ours.
 */
export function keyChange(current: KeyProperties, wanted: WantedKeyProperties, traces: KeyTraces): KeyChange {
  const patch: { [Property in KeyProperty]?: unknown } = {};
  const planned: { [Property in KeyProperty]?: KeyTrace } = { ...traces };
  for (const property of KEY_PROPERTIES) {
    const trace = traces[property] ?? { before: current[property], ours: [] };
    // A value that the tenant does not show is sent again, since nothing shows that it is still there. One that is unconfirmed is
    // not removed here, because a tenant that does not know the property would refuse all of the change.
    const value = wanted[property] === null ? confirmedValue(current[property], trace) : current[property];
    const next = nextValue(property, value, wanted, trace);
    if (sameKeyValue(next, value)) continue;
    patch[property] = next;
    planned[property] = {
      before: trace.before,
      ours: withAll(trace.ours, newlyOurs(property, next, value)),
      ...plannedUnseen(current[property], next, trace),
    };
  }
  return { patch, traces: planned };
}

/**
 * Counts the values that appeared with our write as ours, because a tenant may store a key in a layout that we do not
 * know. Remembers what the tenant does not show.
 *
 * @param before the properties when the change was planned
 * @param after the properties as they were read back
 * @param change the change that the tenant accepted
 */
export function witnessedTraces(before: KeyProperties, after: KeyProperties, { patch, traces }: KeyChange): KeyTraces {
  const witnessed: { [Property in KeyProperty]?: KeyTrace } = {};
  for (const property of KEY_PROPERTIES) {
    const trace = traces[property];
    if (!trace) continue;
    const hasChanged = !sameKeyValue(before[property], after[property]);
    const added = hasChanged ? newlyOurs(property, after[property], before[property]) : [];
    witnessed[property] = {
      before: trace.before,
      ours: withAll(trace.ours, added),
      ...unseenAfter(property, before, after, { patch, traces }),
    };
  }
  return witnessed;
}

/** Enough for every request that may still be on its way, few enough for a record to stay small. */
const MOST_EARLIER_VALUES = 20;

/**
 * Forgets the oldest values of ours that the tenant no longer holds. Recent ones are remembered: a request that was on its way
 * when somebody else took over may still bring one back, and it must then be known as ours.
 */
export function settledTraces(current: KeyProperties, traces: KeyTraces): KeyTraces {
  const settled: { [Property in KeyProperty]?: KeyTrace } = {};
  for (const property of KEY_PROPERTIES) {
    const trace = traces[property];
    if (!trace) continue;
    const held = property === 'verificationKeys' ? entriesOf(current[property]) : [current[property]];
    const [holding, earlier] = [true, false].map((isHeld) =>
      trace.ours.filter((value) => includesKey(held, value) === isHeld),
    );
    // A removal (`null`) no longer counts once the property holds a value.
    const keys = (earlier ?? []).filter((value) => value !== null).slice(-MOST_EARLIER_VALUES);
    settled[property] = {
      before: trace.before,
      ours: [...keys, ...(holding ?? [])],
      ...stillUnseen(current[property], trace),
    };
  }
  return settled;
}

/** Computes the change that restores what was there before us. Changes only properties that still hold our values. */
export function keyRestoration(current: KeyProperties, traces: KeyTraces): KeyPatch {
  const patch: { [Property in KeyProperty]?: unknown } = {};
  for (const property of KEY_PROPERTIES) {
    const trace = traces[property];
    if (!trace) continue;
    const value = heldValue(current[property], trace);
    const next = restored(property, value, trace);
    if (!sameKeyValue(next, value)) patch[property] = next;
  }
  return patch;
}

/** The properties that a tenant reads before the wanted one, and that hold something that is not ours. */
export function shadowingProperties(current: KeyProperties, wanted: WantedKeyProperties): readonly KeyProperty[] {
  const first = KEY_PROPERTIES.findIndex((property) => wanted[property] !== null);
  const earlier = first === -1 ? KEY_PROPERTIES : KEY_PROPERTIES.slice(0, first);
  return earlier.filter((property) => current[property] !== null);
}

/** The properties that should hold our key, and that the tenant has accepted but does not show. */
export function unseenProperties(
  current: KeyProperties,
  wanted: WantedKeyProperties,
  traces: KeyTraces,
): readonly KeyProperty[] {
  return KEY_PROPERTIES.filter((property) => {
    const { unseen, isUnconfirmed } = traces[property] ?? {};
    return wanted[property] !== null && current[property] === null && unseen !== undefined && !isUnconfirmed;
  });
}

/** Says whether a property holds something of ours. */
export function holdsOurs(property: KeyProperty, current: KeyProperties, traces: KeyTraces): boolean {
  const trace = traces[property];
  if (!trace) return false;
  const value = confirmedValue(current[property], trace);
  const held = property === 'verificationKeys' ? entriesOf(value) : [value];
  return held.some((entry) => entry !== null && includesKey(trace.ours, entry));
}

function heldValue(current: unknown, trace: KeyTrace): unknown {
  return current ?? trace.unseen ?? null;
}

function confirmedValue(current: unknown, trace: KeyTrace): unknown {
  return trace.isUnconfirmed ? current : heldValue(current, trace);
}

type Unseen = Pick<KeyTrace, 'unseen' | 'isUnconfirmed'>;

/** If we die before the tenant is read again, this is all that is known of a value that the tenant does not show. */
function plannedUnseen(current: unknown, next: unknown, { unseen, isUnconfirmed }: KeyTrace): Unseen {
  if (current !== null) return {};
  if (unseen !== undefined) return { unseen: next ?? unseen, ...(isUnconfirmed && { isUnconfirmed }) };
  return next === null ? {} : { unseen: next, isUnconfirmed: true };
}

/** A tenant that showed the property before our write does not hide it: if it is empty now, somebody has removed our value. */
function unseenAfter(
  property: KeyProperty,
  before: KeyProperties,
  after: KeyProperties,
  { patch, traces }: KeyChange,
): Unseen {
  if (!(property in patch)) return stillUnseen(after[property], traces[property] ?? {});
  const isHidden = before[property] === null && after[property] === null;
  return isHidden && (patch[property] ?? null) !== null ? { unseen: patch[property] } : {};
}

function stillUnseen(current: unknown, { unseen, isUnconfirmed }: Unseen): Unseen {
  return current === null && unseen !== undefined ? { unseen, ...(isUnconfirmed && { isUnconfirmed }) } : {};
}

function nextValue(property: KeyProperty, current: unknown, wanted: WantedKeyProperties, trace: KeyTrace): unknown {
  if (property === 'verificationKeys') return nextEntries(current, wanted.verificationKeys ?? [], trace);
  const target = wanted[property];
  const isOurs = includesKey(trace.ours, current);
  return target === null && !isOurs ? current : target;
}

function nextEntries(current: unknown, wanted: readonly { readonly kid: string }[], trace: KeyTrace): unknown {
  const entries = entriesOf(current);
  const kept = entries.flatMap((entry) => {
    const replacement = wanted.find((key) => key.kid === kidOf(entry));
    if (replacement) return [sameKeyValue(entry, replacement) ? entry : replacement];
    return includesKey(trace.ours, entry) ? entriesBefore(entry, trace) : [entry];
  });
  const missing = wanted.filter((key) => !kept.some((entry) => kidOf(entry) === key.kid));
  return changedList([...kept, ...missing], current, trace.before);
}

function restored(property: KeyProperty, current: unknown, trace: KeyTrace): unknown {
  if (property !== 'verificationKeys') return includesKey(trace.ours, current) ? trace.before : current;
  const entries = entriesOf(current);
  const kept = entries.flatMap((entry) => (includesKey(trace.ours, entry) ? entriesBefore(entry, trace) : [entry]));
  return changedList(kept, current, trace.before);
}

/**
 * Keeps an equal list in its current layout. Replaces a list that became empty with what was there before. If that was
 * a list whose entries others have removed since, removes the property: an empty list could hide the key in another
 * place.
 */
function changedList(next: readonly unknown[], current: unknown, before: unknown): unknown {
  if (sameKeyValue(next, entriesOf(current))) return current;
  if (next.length > 0) return next;
  return Array.isArray(before) && before.length > 0 ? null : before;
}

/** The entries before us that had the `kid` of one of ours. */
function entriesBefore(entry: unknown, { before }: KeyTrace): readonly unknown[] {
  return entriesOf(before).filter((earlier) => kidOf(earlier) === kidOf(entry));
}

function newlyOurs(property: KeyProperty, next: unknown, current: unknown): readonly unknown[] {
  if (property !== 'verificationKeys') return [next];
  return entriesOf(next).filter((entry) => !includesKey(entriesOf(current), entry));
}

function withAll(values: readonly unknown[], more: readonly unknown[]): readonly unknown[] {
  return [...values, ...more.filter((value) => !includesKey(values, value))];
}

function entriesOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function kidOf(entry: unknown): unknown {
  return isJsonObject(entry) ? entry.kid : undefined;
}
