import { relative } from 'node:path';
import type { PlannedSource } from './plan.ts';
import { type GivenSource, sizeOf } from './source.ts';
import { filesOf } from './sql.ts';

/** The files of a model, by their paths in its folder. */
export function modelFiles(sources: readonly PlannedSource[], config: string): ReadonlyMap<string, string> {
  return new Map([
    ...sources.flatMap((source) => [...filesOf(source)]),
    ['dwh.cfg', config],
    ['README.md', readme(sources)],
  ]);
}

/** The text of a dwh.cfg in a folder. `folder` and the roots on this machine are absolute. */
export function configFile(folder: string, sources: readonly GivenSource[]): string {
  const lines = sources.map(({ root, names }) => `${names.key}=${rootFrom(folder, root)}`);
  return `# Written by init: this model, loaded into an embedded DuckDB file in this folder. dwh.cfg.example names the settings of
# other engines.
[S3]
${lines.join('\n')}

[MODEL]
PATH=.

[DUCKDB]
PATH=warehouse.duckdb
`;
}

/** How dwh.cfg in a folder names a place: relative to it if it is near. */
function rootFrom(folder: string, root: string): string {
  if (!root.startsWith('/')) return root;
  const path = relative(folder, root) || '.';
  return /^(\.\.\/){3}/.test(path) ? root : path;
}

function readme(sources: readonly PlannedSource[]): string {
  return `# A model made by init

${sources.map(section).join('\n')}
## What next

Run these in this folder (docs/models.md says how to go on from here):

- \`npm run create-tables -- --config dwh.cfg\` and \`npm run etl -- --config dwh.cfg\` load everything
- \`npm run query -- --config dwh.cfg --question\` lists the questions in \`queries\`
- \`npm run prove -- --config dwh.cfg\` tries random histories of loads
`;
}

function section(source: PlannedSource): string {
  const { read, key, dimensions, remarks } = source;
  const remarkLines = remarks.map(({ about, text }) => `- \`${about.replaceAll('`', "'")}\` ${text}\n`).join('');
  return `## ${read.names.key}

${sizeOf(read)}. The key is ${key.kind === 'record' ? 'the whole record' : key.columns.map(({ name }) => `\`${name}\``).join(', ')}: ${key.reason}.

| table | content |
| --- | --- |
| \`${read.names.table}\` | one row for each record |
${dimensions.map(({ table, subject }) => `| \`${table}\` | one row for each ${subject.replaceAll('_', ' ')} |\n`).join('')}
${remarks.length === 0 ? '' : `To look at:\n\n${remarkLines}`}`;
}
