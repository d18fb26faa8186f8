import { relative } from 'node:path';
import type { PlannedSource } from './plan.ts';
import { type GivenSource, sizeOf } from './source.ts';
import { filesOf } from './sql.ts';

/** What a model's files say of the world around it. */
export interface Surroundings {
  /** The text of its dwh.cfg. */
  readonly config: string;
  /** The command line with which the user runs a command on it, from where init was run. */
  readonly commandLine: (command: string) => string;
}

/** The files of a model, by their paths in its folder. */
export function modelFiles(
  sources: readonly PlannedSource[],
  { config, commandLine }: Surroundings,
): ReadonlyMap<string, string> {
  return new Map([
    ...sources.flatMap((source) => [...filesOf(source)]),
    ['dwh.cfg', config],
    ['README.md', readme(sources, commandLine)],
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

function readme(sources: readonly PlannedSource[], commandLine: Surroundings['commandLine']): string {
  return `# A model made by init

${sources.map(section).join('\n')}
## What next

Run these in the folder in which you ran init. Starload's docs/models.md says how to go on from here.

- load everything: \`${commandLine('create-tables')}\`, then \`${commandLine('etl')}\`
- list the questions in \`queries\`: \`${commandLine('query')} --question\`
- try random histories of loads: \`${commandLine('prove')}\`
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
