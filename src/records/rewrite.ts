import { RESCUED } from '../sql/design.ts';
import { lowerCase } from '../sql/fold.ts';
import { kindOf, type LaidOutColumn, ownKeysOf, type Rescue, type WantedKeys } from './frame-keys.ts';
import { membersOf } from './json-text.ts';
import { normaliseRecord, normaliseValue, UnfitRecord } from './normalise.ts';
import { pathReader, Unreadable } from './paths.ts';
import { tooLong } from './record.ts';
import { rescuer } from './rescue.ts';
import type { UnknownKeys } from './unknown-keys.ts';

/**
 * Rewrites a record so that every engine reads it in the same way. Throws UnfitRecord if some engine might accept a
 * value that does not fit.
 */
export type Rewrite = (record: string) => string;

/**
 * Returns a function that rewrites records: either only their odd values, or by their paths, with each value under its
 * column's name. In the latter case `unknown` counts what no path reads below the first level. If unknown keys are kept,
 * they are in one text, and nowhere else; if a record may have keys of ours, it has no unknown ones.
 */
export function rewriter(wanted: WantedKeys, unknown?: UnknownKeys): Rewrite {
  const { layout, rescue } = wanted;
  const kind = kindOf(wanted);
  if (ownKeysOf(wanted).length === 0 && layout === undefined) return (record) => normaliseRecord(record, kind);
  const members = layout === undefined ? wantedMembers(wanted) : layOut(layout, unknown);
  const kept = rescue === undefined ? () => [] : keptMembers(wanted, rescue);
  return (record) => `{${[...members(record), ...kept(record)].join(',')}}`;
}

/** The members of a rewritten record, as JSON text. */
type Members = (record: string) => readonly string[];

/** The wanted members of a record, without all others. */
function wantedMembers(wanted: WantedKeys): Members {
  const kind = kindOf(wanted);
  const fold = wanted.exact === true ? (name: string) => name : lowerCase;
  const names = new Set(wanted.names);
  return (record) => {
    const members: string[] = [];
    for (const { key, from, to } of membersOf(record, 0)) {
      const name: string = JSON.parse(key);
      if (names.has(fold(name))) members.push(`${key}:${normaliseValue(record.slice(from, to), kind(name), name)}`);
    }
    return members;
  };
}

/** The unknown keys of a record in one text, if those of its file are kept. */
function keptMembers(wanted: WantedKeys, rescue: Rescue): Members {
  const rescued = rescuer(wanted, rescue);
  return (record) => {
    const text = rescue.isOn() ? rescued(record) : undefined;
    if (text === undefined) return [];
    const bytes = Buffer.byteLength(text);
    if (bytes > rescue.maxBytes) throw new UnfitRecord(RESCUED, tooLong(bytes, rescue.maxBytes));
    return [`${JSON.stringify(rescue.key)}:${JSON.stringify(text)}`];
  };
}

function layOut(columns: readonly LaidOutColumn[], unknown: UnknownKeys | undefined): Members {
  const read = pathReader(
    columns.map(({ path }) => path),
    { unknown },
  );
  return (record) =>
    read(record).flatMap((value, index) => {
      const { name, kind } = columns[index] as LaidOutColumn;
      if (value instanceof Unreadable) throw new UnfitRecord(name, value.reason);
      return value === undefined ? [] : [`${JSON.stringify(name)}:${normaliseValue(value, kind, name)}`];
    });
}
