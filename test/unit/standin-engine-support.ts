import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { type EngineOptions, type StandinEngine, startEngine } from '../../standin/engine/engine.ts';
import { MemoryObjects } from '../../standin/engine/memory-objects.ts';
import { sharedPostgres } from '../../standin/engine/postgres.ts';
import type { Backend } from '../../standin/executor.ts';

export const DATABASE = 'dev';
/** The objects in S3 of all engines here. */
export const objects = new MemoryObjects();
let shared: StandinEngine;
/** The one of all tests in a file, or one that a test opened for itself. */
export let engine: StandinEngine;
/** A session of the running test. */
export let backend: Backend;

/** Gives the tests of a file an engine in which these statements have been run, and each test a session of its own. */
export function useEngine(setUp: readonly string[], options: Partial<EngineOptions> = {}): void {
  beforeAll(async () => {
    shared = await openEngine(options);
    const session = await shared.connect({ database: DATABASE, user: 'ann' });
    for (const sql of setUp) await session.execute(sql);
    await session.close();
  });
  afterAll(() => shared.stop());
  beforeEach(async () => {
    engine = shared;
    await connect();
  });
  afterEach(async () => {
    await backend.close();
    if (engine !== shared) await engine.stop();
  });
}

/** An engine of the test's own takes the place of the file's until it ends. */
export async function openOther(options: Partial<EngineOptions>): Promise<void> {
  await backend.close();
  engine = await openEngine(options);
  await connect();
}

/** A further engine, which the caller stops. */
export async function openEngine(options: Partial<EngineOptions> = {}): Promise<StandinEngine> {
  return startEngine({ objects, postgres: await sharedPostgres(), ...options });
}

async function connect(): Promise<void> {
  backend = await engine.connect({ database: DATABASE, user: 'ann' });
}

export async function rows(sql: string): Promise<readonly (readonly (string | null)[])[]> {
  return (await backend.execute(sql)).rows;
}

/** The rows, or the error's message. */
export function answer(sql: string): Promise<unknown> {
  return rows(sql).catch((error: Error) => error.message);
}

/** 'accepted', or the error's message. */
export function message(sql: string, on: Backend = backend): Promise<string> {
  return on.execute(sql).then(
    () => 'accepted',
    (error: Error) => error.message,
  );
}
