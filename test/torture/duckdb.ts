import { join } from 'node:path';
import { openDuckdb } from '../../src/warehouse/duckdb/warehouse.ts';
import { type Ground, loadSection, localSources, makePlace } from './site.ts';

/** The embedded engine: a file for each site. */
export const DUCKDB_GROUND: Ground = {
  engine: 'duckdb',
  makeSite: async (folder) => {
    const sources = localSources(folder);
    const path = join(folder, 'star.duckdb');
    return {
      ...sources,
      place: (options = {}) =>
        makePlace('duckdb', folder, { config: `${sources.section}[DUCKDB]\nPATH=${path}\n${loadSection(options)}` }),
      open: () => openDuckdb({ path, readOnly: true, readable: [], memoryLimit: undefined }),
      // The file can be opened for writing, so nobody has it.
      leftovers: async () => {
        await (await openDuckdb({ path, readOnly: false, readable: [], memoryLimit: undefined })).close();
        return [];
      },
    };
  },
  stop: async () => {},
};
