import { join } from 'node:path';
import { describeDataProblem } from '../errors.ts';
import type { NewModel } from '../init/init.ts';
import type { PlannedSource } from '../init/plan.ts';
import { commandOn } from './new-model.ts';
import { bytes, counted, document, result, story, styled, styledStory } from './output.ts';
import { renderTable } from './table.ts';

interface PrintOptions {
  readonly dir: string;
  readonly json: boolean;
  readonly seconds: number;
  /** Whether to show excerpts of bad records. */
  readonly excerpts: boolean;
}

/** Prints what init has made and what it was not sure of. */
export function printNewModel(
  { sources: made, files }: NewModel,
  { dir, json, seconds, excerpts }: PrintOptions,
): void {
  const sources = excerpts ? made : made.map(withoutExcerpt);
  for (const { read } of sources) tellBad(read);
  if (json) {
    document({
      command: 'init',
      status: 'written',
      folder: dir,
      config: join(dir, 'dwh.cfg'),
      files,
      sources: sources.map(documentOf),
      seconds: Number(seconds.toFixed(3)),
    });
    return;
  }
  for (const source of sources) printSource(source);
  result(`\n${counted(files.length, 'file')} written into ${dir} in ${seconds.toFixed(1)} s. Go on with:`);
  for (const command of ['create-tables', 'etl', 'query']) {
    result(`  ${commandOn(dir, command)}${command === 'query' ? ' --question' : ''}`);
  }
}

function withoutExcerpt(source: PlannedSource): PlannedSource {
  const { firstBad } = source.read;
  return { ...source, read: { ...source.read, firstBad: firstBad && { ...firstBad, excerpt: undefined } } };
}

function tellBad({ names, bad, firstBad }: PlannedSource['read']): void {
  if (firstBad === undefined) return;
  story(
    `${styledStory('yellow', 'warning')}: ${names.key}: ${counted(bad, 'bad record')}, which a load refuses; the first:\n${describeDataProblem(firstBad)}`,
  );
}

function printSource({ read, key, columns, dimensions, remarks }: PlannedSource): void {
  const { names, root, files, search } = read;
  result(
    `\n${styled('bold', names.key)}: ${counted(search.records, 'record')} in ${counted(files, 'file')} (${bytes(read.bytes)}) of ${root}`,
  );
  const name = key.kind === 'record' ? 'the whole record' : key.columns.map((column) => column.name).join(', ');
  result(`key: ${name} (${key.reason})`);
  const tables = [names.table, ...dimensions.map(({ table }) => table)];
  result(`${counted(columns.length, 'column')} in staging_${names.table}; star tables: ${tables.join(', ')}`);
  if (remarks.length > 0) {
    result(
      `to look at:\n${renderTable(
        ['where', 'what'],
        remarks.map(({ about, text }) => [about, text]),
      )}`,
    );
  }
}

function documentOf({ read, columns, key, dimensions, needsPaths, remarks }: PlannedSource) {
  const { names, root, files, search, bad, firstBad } = read;
  return {
    source: names.key,
    root,
    table: names.table,
    files,
    bytes: read.bytes,
    records: search.records,
    bad: { records: bad, first: firstBad ?? null },
    key: {
      columns: key.kind === 'record' ? [] : key.columns.map(({ name }) => name),
      kind: key.kind,
      reason: key.reason,
    },
    columns: columns.map(({ name, type, place, time }) => ({
      name,
      path: place.path,
      type,
      missing: Math.max(0, search.records - place.values),
      time: time?.name ?? null,
    })),
    dimensions: dimensions.map(({ table, id, columns }) => ({
      table,
      key: id.name,
      columns: columns.map(({ name }) => name),
    })),
    jsonpaths: needsPaths,
    remarks,
  };
}
