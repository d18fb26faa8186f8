import type { Config } from '../config/config.ts';
import { StarloadError } from '../errors.ts';
import type { Source } from '../pipeline/context.ts';
import { type Model, tablesOf } from '../sql/catalogue.ts';

/** The model's staging tables with their configured sources. Throws StarloadError if one has none. */
export function sourcesOf(model: Model, { sources }: Pick<Config, 'sources'>): readonly Source[] {
  return tablesOf(model, 'staging').map((table) => {
    const source = table.source === undefined ? undefined : sources[table.source];
    if (source === undefined) {
      throw new StarloadError(
        `${table.create.written?.[0]?.file ?? table.name} names ${table.source === undefined ? 'no source' : `the source ${table.source}, which is not in dwh.cfg`}`,
        {
          next: 'Begin the file with "-- source: NAME", and write NAME with the folder under [S3] in dwh.cfg.',
        },
      );
    }
    const own = source.matchesNames === true ? undefined : table.jsonpaths;
    return { table, root: source.uri, jsonpaths: source.jsonpaths ?? own };
  });
}
