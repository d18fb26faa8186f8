import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Warehouse } from '../../src/warehouse/warehouse.ts';
import type { FaultTrial } from './faults.ts';

/** Where a loader works: a folder with a dwh.cfg, a journal and temporary files of its own. */
export interface Place {
  readonly engine: string;
  readonly folder: string;
  readonly temporary: string;
  readonly env: NodeJS.ProcessEnv;
}

/** What dwh.cfg says besides where everything is. */
export interface PlaceOptions {
  readonly timeoutMinutes?: number;
  /** Where the server, or the Data API and S3, are reached instead. */
  readonly via?: Via;
}

/** Ports on this machine that stand between a loader and its servers. */
export interface Via {
  readonly warehouse: number;
  readonly s3?: number;
}

/** A warehouse with tables of its own, and the sources it is loaded from. */
export interface Site {
  readonly schema?: string;
  /** Another place to load it from, as if on another host. */
  place(options?: PlaceOptions): Place;
  put(path: string, text: string): void;
  remove(path: string): void;
  /** Opens the warehouse to read it. */
  open(): Promise<Warehouse>;
  /** What a loader left behind in the warehouse: locks, open transactions, statements that run. */
  leftovers(): Promise<readonly string[]>;
}

/** An engine that can be tortured. */
export interface Ground {
  readonly engine: string;
  makeSite(folder: string): Promise<Site>;
  stop(): Promise<void>;
  /** What can go wrong around this engine's loaders, besides what can everywhere. */
  readonly faults?: readonly FaultTrial[];
  /** What the warehouse does by itself at this moment, where it goes on without the loader. */
  doing?(): string | undefined;
  /** Holds the next load at a statement, so far from its first to its last. */
  holdAt?(share: number): Hold;
  /** Keeps loads from writing `songs`, as a long transaction of somebody else would; resolves with what ends that. */
  block?(site: Site): Promise<() => Promise<void>>;
}

/** A load that is held in the warehouse. */
export interface Hold {
  /** Resolves with the statement when the load is there. */
  readonly reached: Promise<string>;
  release(): void;
}

let places = 0;

/** Makes a place below a folder. */
export function makePlace(
  engine: string,
  folder: string,
  { config, env = {} }: { readonly config: string; readonly env?: NodeJS.ProcessEnv },
): Place {
  places += 1;
  const place = { engine, env, folder: join(folder, `place-${places}`), temporary: join(folder, `tmp-${places}`) };
  mkdirSync(place.folder, { recursive: true });
  mkdirSync(place.temporary);
  writeFileSync(join(place.folder, 'dwh.cfg'), config);
  return place;
}

/** `[LOAD]`, as far as anything is said there. */
export function loadSection({ timeoutMinutes }: PlaceOptions): string {
  return timeoutMinutes === undefined ? '' : `[LOAD]\nTIMEOUT_MINUTES=${timeoutMinutes}\n`;
}

/** Sources in a folder of this machine. */
export function localSources(folder: string): Pick<Site, 'put' | 'remove'> & { readonly section: string } {
  for (const name of ['log_data', 'song_data']) {
    mkdirSync(join(folder, name), { recursive: true });
  }
  return {
    section: `[S3]\nLOG_DATA=${join(folder, 'log_data')}\nSONG_DATA=${join(folder, 'song_data')}\n`,
    put: (path, text) => {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    },
    remove: (path) => rmSync(join(folder, path)),
  };
}
