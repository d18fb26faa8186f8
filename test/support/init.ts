import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from '@jest/globals';
import { withFolder } from './engines.ts';
import { inProcess } from './in-process.ts';

/** Records, or the text of a file. */
export type Content = string | readonly unknown[];

/** A folder with files of records, in which commands run on a new model. */
export interface InitProject {
  readonly folder: string;
  /** Runs init on sources of the folder, with more arguments. */
  init(sources: readonly string[], ...more: readonly string[]): ReturnType<typeof inProcess>;
  /** Runs a command on the model. */
  run(...args: readonly string[]): ReturnType<typeof inProcess>;
  /** The rows of a query, as a list of objects. */
  rows(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** A file of the model. */
  read(file: string): string;
}

/** Writes files, and runs an action with them. */
export function withRecords(
  files: Readonly<Record<string, Content>>,
  action: (project: InitProject) => Promise<void>,
): Promise<void> {
  return withFolder(async (folder) => {
    for (const [name, content] of Object.entries(files)) {
      const text = typeof content === 'string' ? content : content.map((one) => `${JSON.stringify(one)}\n`).join('');
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), name.endsWith('.gz') ? gzipSync(text) : text);
    }
    const model = join(folder, 'model');
    const run = (...args: readonly string[]) => inProcess([...args, '--config', join(model, 'dwh.cfg')]);
    await action({
      folder,
      run,
      init: (sources, ...more) =>
        inProcess(['init', model, ...sources.flatMap((one) => ['--from', join(folder, one)]), ...more]),
      rows: async (sql) => JSON.parse((await run('query', sql, '--json')).stdout),
      read: (file) => readFileSync(join(model, file), 'utf8'),
    });
  });
}

/** What init says about a model, as a document. */
export async function document(project: InitProject, sources: readonly string[], ...more: readonly string[]) {
  const { code, stdout, stderr } = await project.init(sources, '--json', ...more);
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

/** Takes a new model through everything that it must do without an edit. Returns the rows of its tables. */
export async function loadsAsItStands({ run }: InitProject, histories = 3): Promise<Readonly<Record<string, number>>> {
  const passes = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await run(...args);
    expect({ args, code, ...(code === 0 ? {} : { stdout, stderr }) }).toEqual({ args, code: 0 });
    return stdout;
  };
  await passes('check', '--offline');
  await passes('create-tables');
  const loaded = JSON.parse(await passes('etl', '--json'));
  expect(loaded).toMatchObject({ status: 'loaded', warnings: [] });
  expect(JSON.parse(await passes('etl', '--json')).status).toBe('up_to_date');
  expect(JSON.parse(await passes('rebuild', '--json')).rows).toEqual(loaded.rows);
  await passes('reconcile', '--recount');
  await passes('prove', '--histories', String(histories), '--shrink', '0');
  return loaded.rows;
}
