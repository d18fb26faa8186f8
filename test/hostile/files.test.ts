import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LocalStore } from '../../src/objects/local.ts';
import type { SourceObject } from '../../src/objects/objects.ts';
import { etl } from '../../src/pipeline/etl.ts';
import type { PipelineEvent } from '../../src/pipeline/events.ts';
import { starload } from '../support/cli.ts';
import { LINES_BZIP2 } from '../support/compressed.ts';
import { duckdb } from '../support/engines.ts';
import { type FolderLoader, loadsWhole, openFolderLoader, refusesWhole } from '../support/hostile.ts';
import { scale } from '../support/scale.ts';
import { linesOf } from '../support/scenario.ts';
import { PLAY } from '../support/trials.ts';
import { withoutRoot } from '../support/without-root.ts';

const E = linesOf([PLAY]);
const ZIPPED = gzipSync(E);

let open: FolderLoader;
beforeAll(async () => {
  open = await openFolderLoader(duckdb);
});
afterAll(() => open.close());

/** A gzip file with a name inside that tempts to be written to. */
function withInnerName(name: string): Buffer {
  const header = Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3]);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(E), 0);
  trailer.writeUInt32LE(Buffer.byteLength(E), 4);
  return Buffer.concat([header, Buffer.from(`${name}\0`), deflateRawSync(E), trailer]);
}

function changed(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] as number) ^ 0xff;
  return copy;
}

describe('a compressed file', () => {
  test.each<[string, string, Uint8Array | string]>([
    ['that is cut after its header', 'a.json.gz', ZIPPED.subarray(0, 10)],
    ['that is cut in its header', 'a.json.gz', ZIPPED.subarray(0, 5)],
    ['that is cut in its middle', 'a.json.gz', ZIPPED.subarray(0, ZIPPED.length >> 1)],
    ['that is cut in its checksum', 'a.json.gz', ZIPPED.subarray(0, -3)],
    ['that is empty', 'a.json.gz', ''],
    ['with text behind it', 'a.json.gz', Buffer.concat([ZIPPED, Buffer.from('garbage')])],
    ['with zeros and another member behind it', 'a.json.gz', Buffer.concat([ZIPPED, Buffer.alloc(512), gzipSync(E)])],
    [
      'with zeros, and text far behind',
      'a.json.gz',
      Buffer.concat([ZIPPED, Buffer.alloc(3_000_000), Buffer.from('x')]),
    ],
    ['with zeros between its members', 'a.json.gz', Buffer.concat([ZIPPED, Buffer.alloc(1), ZIPPED, Buffer.alloc(9)])],
    ['with half a member behind it', 'a.json.gz', Buffer.concat([ZIPPED, ZIPPED.subarray(0, 20)])],
    ['with a wrong checksum', 'a.json.gz', changed(ZIPPED, ZIPPED.length - 8)],
    ['with a wrong length', 'a.json.gz', changed(ZIPPED, ZIPPED.length - 2)],
    ['with a byte changed', 'a.json.gz', changed(ZIPPED, 30)],
    ['of another method', 'a.json.gz', changed(ZIPPED, 2)],
    ['that is none', 'a.json.gz', E],
    ['that is zlib, not gzip', 'a.json.gz', Buffer.from('789c03000000', 'hex')],
    ['that is compressed twice', 'a.json.gz', gzipSync(ZIPPED)],
    ['that holds no JSON', 'a.json.gz', gzipSync('no JSON')],
    ['in capitals that is none', 'A.JSON.GZ', E],
    ['of gzip that is named .bz2', 'a.json.bz2', ZIPPED],
    ['of bzip2 that is named .gz', 'a.json.gz', LINES_BZIP2],
  ])('%s is refused', async (_, name, content) => {
    const { loader, logs } = await open.fresh();
    writeFileSync(join(logs, name), content);
    await refusesWhole(
      loader,
      3,
      new RegExp(`${name}.*: (not a whole (gzip|bzip2) file|.*(looks like|beyond ASCII|a bare word|a control))`),
    );
  });

  test.each<[string, Uint8Array, number]>([
    ['of several members', Buffer.concat([ZIPPED, gzipSync(`\n${E}`), gzipSync('')]), 2],
    ['of a record in two members', Buffer.concat([gzipSync(E.slice(0, 9)), gzipSync(E.slice(9))]), 1],
    ['filled up with NULs', Buffer.concat([ZIPPED, Buffer.alloc(512)]), 1],
    ['filled up with many NULs', Buffer.concat([ZIPPED, Buffer.alloc(3_000_000)]), 1],
    ['of nothing', gzipSync(''), 0],
    ['with the name of another file inside', withInnerName('../../../etc/passwd'), 1],
  ])('%s is loaded', async (_, content, records) => {
    const { loader, logs } = await open.fresh();
    writeFileSync(join(logs, 'a.json.gz'), content);
    await loadsWhole(loader, records);
  });
});

describe('a bomb', () => {
  const MEGABYTE = 1024 * 1024;
  const times = (text: string) => {
    const zipped = gzipSync(text.repeat(MEGABYTE));
    return Array.from({ length: scale.bombMegabytes }, () => zipped);
  };
  let folder: string;
  let idle: number;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'starload-bomb-'));
    mkdirSync(join(folder, 'log_data'));
    mkdirSync(join(folder, 'song_data'));
    writeFileSync(join(folder, 'dwh.cfg'), '[S3]\nLOG_DATA=log_data\nSONG_DATA=song_data\n');
    idle = maxRss((await starload(['create-tables'], { cwd: folder, env: tellRss(folder) })).stderr);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  // Compressed it is a thousandth of what it holds.
  test.each<[string, () => readonly Uint8Array[], number, string]>([
    ['of blanks', () => times(' '), 0, 'loaded into'],
    ['of line ends', () => times('\n'), 0, 'loaded into'],
    ['of one string', () => [gzipSync('{"a":"'), ...times('x')], 3, 'larger than 4 MiB'],
    ['of brackets', () => [gzipSync('{"a":'), ...times('[')], 3, 'nested deeper'],
  ])(
    '%s is read in bounded memory',
    async (_, members, code, words) => {
      writeFileSync(join(folder, 'log_data', 'bomb.json.gz'), Buffer.concat(members()));
      const outcome = await starload(['etl'], { cwd: folder, env: tellRss(folder) });
      const text = outcome.stdout + outcome.stderr;
      expect({ code: outcome.code, text }).toEqual({ code, text: expect.stringContaining(words) });
      expect(maxRss(outcome.stderr) - idle).toBeLessThan(150);
    },
    600_000,
  );
});

/** Makes a process tell on stderr how much memory it took at most, in MB. */
function tellRss(folder: string): NodeJS.ProcessEnv {
  const script = join(folder, 'rss.mjs');
  writeFileSync(script, 'process.on("exit", () => console.error("rss", process.resourceUsage().maxRSS >> 10));');
  return { NODE_OPTIONS: `--import=${script}` };
}

function maxRss(stderr: string): number {
  return Number(/rss (\d+)/.exec(stderr)?.[1]);
}

describe('what stands in a folder and is no file that can be read,', () => {
  const link = (to: string) => (path: string) => symlinkSync(to, path);
  const kinds: readonly (readonly [string, (path: string) => void])[] = [
    ['a link that leads nowhere', link('nowhere')],
    ['a link to itself', link('bad.json')],
    [
      'two links to each other',
      (path) => {
        symlinkSync('bad.json', `${path}.gz`);
        symlinkSync('bad.json.gz', path);
      },
    ],
    ['a link through a file', link('/etc/hostname/x')],
    ['a link to a device', link('/dev/zero')],
    ['a link to a name that is too long', link('x'.repeat(300))],
    ['a pipe', (path) => execFileSync('mkfifo', [path])],
  ];

  test.each(kinds)('%s, is refused by its name', async (_, make) => {
    const { loader, logs } = await open.fresh();
    writeFileSync(join(logs, 'a.json'), E);
    make(join(logs, 'bad.json'));
    await refusesWhole(loader, 1, /bad\.json(\.gz)? is not a file that can be read\n/);
    rmSync(join(logs, 'bad.json'));
    rmSync(join(logs, 'bad.json.gz'), { force: true });
    await loadsWhole(loader, 1);
  });

  test('a socket, is refused by its name', async () => {
    const { loader, logs } = await open.fresh();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(logs, 'bad.json'), resolve));
    await refusesWhole(loader, 1, 'bad.json is not a file that can be read');
    server.close();
  });

  test('a name that is not UTF-8, is refused', async () => {
    const { loader, logs } = await open.fresh();
    closeSync(openSync(Buffer.concat([Buffer.from(`${logs}/`), Buffer.from([0xff]), Buffer.from('.json')]), 'w'));
    await refusesWhole(loader, 1, 'is not a file that can be read');
  });

  test('any of these under a name that is not for data, is passed over', async () => {
    const { loader, logs } = await open.fresh();
    writeFileSync(join(logs, 'a.json'), E);
    for (const [at, [, make]] of kinds.entries()) {
      mkdirSync(join(logs, `.hidden-${at}`));
      make(join(logs, `.hidden-${at}`, 'bad.json'));
    }
    symlinkSync('loop', join(logs, 'loop'));
    symlinkSync('nowhere', join(logs, 'notes.txt'));
    await loadsWhole(loader, 1);
  });
});

describe('folders', () => {
  test('named like files hold files', async () => {
    const { loader, logs } = await open.fresh();
    mkdirSync(join(logs, 'x.json', 'y.json.gz'), { recursive: true });
    writeFileSync(join(logs, 'x.json', 'y.json.gz', 'z.json'), E);
    await loadsWhole(loader, 1);
  });

  test('named like partitions add nothing to the records of big files', async () => {
    const { loader, logs } = await open.fresh();
    mkdirSync(join(logs, 'json=1', 'page=2'), { recursive: true });
    writeFileSync(join(logs, 'json=1', 'page=2', 'big.json'), `${' '.repeat(8 * 1024 * 1024)}\n${E}`);
    await loadsWhole(loader, 1);
  });

  test('that link to one another end', async () => {
    const { loader, logs } = await open.fresh();
    for (const name of ['a', 'b', 'c']) {
      mkdirSync(join(logs, name));
      writeFileSync(join(logs, name, 'x.json'), E);
    }
    symlinkSync('../b', join(logs, 'a', 'b'));
    symlinkSync('../c', join(logs, 'b', 'c'));
    symlinkSync('../a', join(logs, 'c', 'a'));
    symlinkSync('.', join(logs, 'self'));
    const { tables } = await etl(loader.context);
    expect(tables[0]?.skipped).toBeGreaterThan(0);
    expect((await etl(loader.context)).status).toBe('up_to_date');
  });

  test('deeper than a path can be are refused, or loaded whole', async () => {
    const { loader, logs } = await open.fresh();
    execFileSync(
      'bash',
      ['-c', 'for n in $(seq 40); do mkdir $0 && cd $0 || exit; done; echo "$1" > x.json', 'd'.repeat(120), E],
      {
        cwd: logs,
      },
    );
    await refusesWhole(loader, 1, /cannot list .*ENAMETOOLONG/);
    execFileSync('rm', ['-rf', logs]);
  });

  test.each([
    ['files', 'x.json', 'cannot read', 'Make the file readable.'],
    ['folders', 'folder', 'cannot list', 'Make the folder readable.'],
  ])('and %s that may not be read are refused until they may', async (_, locked, words, next) => {
    const { loader, logs } = await open.fresh();
    mkdirSync(join(logs, 'folder'));
    writeFileSync(join(logs, 'x.json'), E);
    writeFileSync(join(logs, 'folder', 'y.json'), E);
    chmodSync(join(logs, locked), 0);
    await withoutRoot(open.root, () =>
      refusesWhole(loader, 1, new RegExp(`${words} \\S+${locked}: EACCES.*\\n${next}`)),
    );
    chmodSync(join(logs, locked), 0o700);
    await withoutRoot(open.root, () => loadsWhole(loader, 2));
  });
});

describe('a file that, after it was listed,', () => {
  const refusal = /changed while|cannot read|gone/;
  /** Does something to a file between its listing and its being read. */
  async function meddle(content: string, action: (path: string) => void) {
    const { loader, logs } = await open.fresh();
    writeFileSync(join(logs, 'a.json'), E);
    writeFileSync(join(logs, 'b.json'), content);
    const store = new (class extends LocalStore {
      override async *read(object: SourceObject): AsyncIterable<Uint8Array> {
        if (basename(object.label) === 'b.json') {
          action(join(logs, 'b.json'));
        }
        yield* super.read(object);
      }
    })();
    return { ...loader, context: { ...loader.context, storeOf: () => store } };
  }

  test('vanishes is missed', async () => {
    await refusesWhole(await meddle(E, (path) => rmSync(path)), 1, refusal);
  });

  test('becomes a folder is refused', async () => {
    const toFolder = (path: string) => {
      rmSync(path, { recursive: true });
      mkdirSync(path);
    };
    await refusesWhole(await meddle(E, toFolder), 1, refusal);
  });

  test('is cut is refused', async () => {
    await refusesWhole(await meddle(E, (path) => writeFileSync(path, E.slice(0, 50))), 3, 'the file ends inside');
  });

  test('grows is loaded as it was read, and known as that', async () => {
    let grown = false;
    const loader = await meddle(E, (path) => {
      if (!grown) appendFileSync(path, `\n${E}`);
      grown = true;
    });
    await loadsWhole(loader, 3);
  });

  test('grows after it was read is loaded as it was read, however big it is, and then as it is', async () => {
    const big = `${' '.repeat(8 * 1024 * 1024)}\n${E}`;
    const { loader, logs } = await open.fresh();
    writeFileSync(join(logs, 'big.json'), big);
    const append = openSync(join(logs, 'big.json'), 'a');
    const emit = (event: PipelineEvent) =>
      void (event.type === 'read' && event.files > 0 && writeSync(append, `\n${E}`));
    const { tables } = await etl({ ...loader.context, emit });
    closeSync(append);
    expect(tables.find(({ table }) => table === 'staging_events')).toMatchObject({ files: 1, records: 1 });
    await loadsWhole(loader, 2);
  });
});

test(`${scale.emptyFiles} empty files are loaded, and known`, async () => {
  const { loader, logs } = await open.fresh();
  for (let n = 0; n < scale.emptyFiles; n += 1) {
    if (n % 1000 === 0) mkdirSync(join(logs, String(n)));
    closeSync(openSync(join(logs, String(n - (n % 1000)), `${n}.json`), 'w'));
  }
  writeFileSync(join(logs, 'last.json'), E);
  await loadsWhole(loader, 1);
}, 600_000);
