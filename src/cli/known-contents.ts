import { constants, readFileSync } from 'node:fs';
import type { Options } from 'yargs';
import { ContentCache } from '../objects/content-cache.ts';
import { OwnFolder, withOwnFile } from './own-folder.ts';

/** `--verify` */
export const VERIFY_OPTION = {
  verify: {
    type: 'boolean',
    default: false,
    describe: 'read every local file, also those that have not changed by their size and times',
  },
} as const satisfies Record<string, Options>;

/** The contents of local files that commands with this dwh.cfg have read, in `.starload/<its name>.contents`. */
export function openContents(configFile: string): ContentCache {
  const folder = new OwnFolder(configFile);
  return new ContentCache(() => {
    try {
      return withOwnFile(folder.file(nameOf(folder)), constants.O_RDONLY, (descriptor) =>
        readFileSync(descriptor, 'utf8'),
      );
    } catch {
      return '';
    }
  });
}

/**
 * Keeps what was learned for the next command, if the folder is there: it belongs to who loads. Without it, that command
 * reads the files again.
 */
export function keepContents(configFile: string, contents: ContentCache): void {
  const folder = new OwnFolder(configFile);
  try {
    const text = contents.text();
    if (text !== undefined) {
      folder.replace(nameOf(folder), text);
    }
  } catch {
    // There may be no folder, it may belong to somebody else, the disk may be full, or the text longer than a string can be.
  }
}

function nameOf({ configName }: OwnFolder): string {
  return `${configName}.contents`;
}
