import { lowerCase } from '../sql/fold.ts';
import { isAtOrBelow, keyPath } from '../sql/key-paths.ts';
import type { Rescue, WantedKeys } from './frame-keys.ts';
import { membersOf } from './json-text.ts';
import { pathReader } from './paths.ts';
import { Remembered } from './remembered.ts';

/**
 * Returns a function that gives the unknown keys of a record as JSON text: an object with the values as they are written,
 * in their order, each under its place (`keyPath`). A key that occurs twice is there twice. Undefined if there are none.
 * The record must be well-formed and without line breaks.
 */
export function rescuer(
  wanted: WantedKeys,
  { ignored }: Pick<Rescue, 'ignored'>,
): (record: string) => string | undefined {
  const fold = wanted.exact === true ? (path: string) => path : lowerCase;
  const left = ignored.map(fold);
  const isLeftOut = (path: string) => left.some((one) => isAtOrBelow(fold(path), one));
  return wanted.layout === undefined ? ofRecord(wanted, fold, isLeftOut) : ofPaths(wanted.layout, isLeftOut);
}

/** The label of what is not kept. */
const NONE = '';

/** The unknown members of the record itself. */
function ofRecord(
  { names }: WantedKeys,
  fold: (name: string) => string,
  isLeftOut: (path: string) => boolean,
): (record: string) => string | undefined {
  const known = new Set(names);
  const labels = new Remembered<string>();
  const labelOf = (key: string) => {
    const name: string = JSON.parse(key);
    const path = keyPath(name);
    return known.has(fold(name)) || isLeftOut(path) ? NONE : JSON.stringify(path);
  };
  return (record) => {
    const members: string[] = [];
    for (const { key, from, to } of membersOf(record, 0)) {
      const label = labels.of(key, labelOf);
      if (label !== NONE) members.push(`${label}:${record.slice(from, to)}`);
    }
    return textOf(members);
  };
}

/** What no path reads, at any place of the record. */
function ofPaths(
  layout: NonNullable<WantedKeys['layout']>,
  isLeftOut: (path: string) => boolean,
): (record: string) => string | undefined {
  const labels = new Remembered<string>();
  const labelOf = (path: string) => (isLeftOut(path) ? NONE : JSON.stringify(path));
  let members: string[] = [];
  const onUnread = (path: string, value: string) => {
    const label = labels.of(path, labelOf);
    if (label !== NONE) members.push(`${label}:${value}`);
  };
  const read = pathReader(
    layout.map(({ path }) => path),
    { onUnread },
  );
  return (record) => {
    members = [];
    read(record);
    return textOf(members);
  };
}

function textOf(members: readonly string[]): string | undefined {
  return members.length === 0 ? undefined : `{${members.join(',')}}`;
}
