import { join, resolve } from 'node:path';
import { parseLocation } from '../config/location.ts';
import { type ConfigOrigin, parseConfig } from '../config/parse.ts';
import { COMMON, settingsOf } from '../config/settings.ts';
import { ConfigError, InterruptedError, StarloadError, UsageError } from '../errors.ts';
import { configFile } from '../init/documents.ts';
import { init, type NewModel } from '../init/init.ts';
import type { GivenSource } from '../init/source.ts';
import { nameSources } from '../init/source-names.ts';
import { openStores } from '../objects/stores.ts';
import type { SourceHead } from '../sql/catalogue.ts';
import { asStarted, quoted } from './command-line.ts';
import { holdProgress } from './progress-line.ts';
import { startReporter } from './reporter.ts';
import { watchSignals } from './signals.ts';

/** What the command line says: places of records, and keys such as `a,b` and `SOURCE=a,b`. */
export interface InitArgs {
  readonly from: readonly string[];
  readonly keys: readonly string[];
}

/** Makes a model in a folder. Throws UsageError for places and keys that make no sense, StarloadError if it fails. */
export async function makeModel(folder: string, args: InitArgs): Promise<NewModel> {
  const sources = givenSources(args);
  const config = configFor(folder, sources);
  const stores = openStores();
  const reporter = startReporter();
  const showProgress = holdProgress();
  const watch = await watchSignals(() => reporter.stop()).finally(showProgress);
  try {
    const context = { storeOf: stores.storeOf, emit: reporter.emit, signal: watch.signal };
    return await init(context, folder, sources, { config, commandLine: (command) => commandOn(folder, command) });
  } catch (error) {
    throw watch.signal.reason instanceof InterruptedError
      ? new InterruptedError(watch.signal.reason.signal, '; nothing was written', {})
      : error;
  } finally {
    reporter.stop();
    watch.release();
    await stores.close();
  }
}

/** The command line that runs a command on the model in a folder. */
export function commandOn(folder: string, command: string): string {
  return asStarted(`npm run ${command} -- --config ${quoted(join(folder, 'dwh.cfg'))}`);
}

function givenSources({ from, keys }: InitArgs): readonly GivenSource[] {
  const roots = from.map(rootOf);
  refuseOverlap(roots);
  const isTaken = (key: string) => COMMON.idOf('S3', key.toLowerCase()) !== undefined;
  const names = nameSources(roots, isTaken);
  const sources = roots.map((root, at) => ({ root, names: names[at] as GivenSource['names'] }));
  const asked = keys.map((key) =>
    readKey(
      key,
      sources.map(({ names }) => names.key),
    ),
  );
  return sources.map((source) => ({
    ...source,
    key: onlyKeyOf(
      source.names.key,
      asked.filter(({ source: name }) => name === source.names.key),
    ),
  }));
}

function onlyKeyOf(source: string, asked: readonly { readonly columns: readonly string[] }[]) {
  const [first, second] = asked.map(({ columns }) => columns);
  if (second === undefined) return first;
  throw new UsageError(`--key is there twice for ${source}`, {
    next: 'Name all columns of the key in one: --key a,b.',
  });
}

function rootOf(text: string): string {
  const location = parseLocation(text, { directory: process.cwd(), home: process.env['HOME'] });
  if ('uri' in location) return location.uri;
  throw new UsageError(`--from ${text} ${location.complaint}`, { next: 'Name a folder or a file, here or in S3.' });
}

function refuseOverlap(roots: readonly string[]): void {
  const asFolder = (root: string) => (root.endsWith('/') ? root : `${root}/`);
  for (const [at, root] of roots.entries()) {
    const other = roots.find((one, index) => index !== at && asFolder(root).startsWith(asFolder(one)));
    if (other !== undefined) {
      throw new UsageError(`--from ${root} lies within --from ${other}, so its records would be loaded twice`, {
        next: 'Name folders that do not contain each other.',
      });
    }
  }
}

function readKey(
  text: string,
  sources: readonly string[],
): { readonly source: string; readonly columns: readonly string[] } {
  const [, name, list = ''] = /^(?:(\w+)=)?(.+)$/s.exec(text) ?? [];
  const known = name === undefined ? undefined : sources.find((source) => source === name.toUpperCase());
  const source = known ?? (name === undefined && sources.length === 1 ? sources[0] : undefined);
  if (source === undefined) {
    throw new UsageError(
      name === undefined ? `--key ${text} does not say of which source` : `--key ${text} names no source`,
      { next: `Write --key SOURCE=a,b with one of ${sources.join(', ')}.` },
    );
  }
  const columns = list.split(',').map((column) => column.trim());
  if (columns.includes('')) {
    throw new UsageError(`--key ${text} has a comma without a column`, { next: 'Separate columns by one comma: a,b.' });
  }
  return { source, columns };
}

/** The text of a dwh.cfg for the model. Throws StarloadError if such a file cannot name the places that will be read. */
function configFor(folder: string, sources: readonly GivenSource[]): string {
  const directory = resolve(folder);
  const text = configFile(directory, sources);
  const settings = sources.map(({ names: { key } }) => settingsOf(headOf(key)));
  for (const { root, names } of sources) {
    if (uriIn(text, { file: 'dwh.cfg', directory, env: {}, model: directory, sources: settings }, names.key) !== root) {
      throw new StarloadError(`a dwh.cfg in ${directory} cannot name ${root}`, {
        next: 'Give the folder a name without characters that mean something in such a file.',
      });
    }
  }
  return text;
}

function headOf(key: string): SourceHead {
  const jsonpaths = { name: `${key}_JSONPATH`, example: '', also: [] };
  return { name: key, about: key, example: '', also: [], jsonpaths };
}

/** The place of a source in a text; undefined if the text is not valid. */
function uriIn(text: string, origin: ConfigOrigin, key: string): string | undefined {
  try {
    return parseConfig(text, origin).sources[key]?.uri;
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}
