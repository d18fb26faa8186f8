import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { differences, type Found, look, rowsIn, starDifferences } from './compare.ts';
import { Deliveries, type Delivery, type Truth } from './data.ts';
import { type Ended, runLoader } from './loader.ts';
import type { Ground, Place, PlaceOptions, Site } from './site.ts';
import type { Tally } from './tally.ts';

const SPOOL = 'starload-spool-';
/** How often a load may be tried until it comes through. */
const ATTEMPTS = 5;

/** A warehouse from its first table to its last load, and what it must hold. */
export class Life {
  readonly ground: Ground;
  readonly site: Site;
  readonly place: Place;
  readonly deliveries: Deliveries;
  readonly #tally: Tally;
  readonly #folder: string;
  readonly #places: Place[] = [];
  #before: Truth;
  #after: Truth;

  private constructor(ground: Ground, site: Site, { folder, tally, seed }: LifeOptions & { readonly folder: string }) {
    this.ground = ground;
    this.site = site;
    this.#folder = folder;
    this.#tally = tally;
    this.deliveries = new Deliveries(seed);
    this.place = this.newPlace();
    this.#before = this.deliveries.truth();
    this.#after = this.#before;
  }

  /** Makes the tables of a new warehouse. */
  static async begin(ground: Ground, options: LifeOptions): Promise<Life> {
    const folder = mkdtempSync(join(tmpdir(), 'starload-torture-'));
    const life = new Life(ground, await ground.makeSite(folder), { ...options, folder });
    await succeed(life.place, ['create-tables']);
    return life;
  }

  newPlace(options: PlaceOptions = {}): Place {
    const place = this.site.place(options);
    this.#places.push(place);
    return place;
  }

  /** The next files arrive. */
  deliver(): readonly Delivery[] {
    const files = this.deliveries.next();
    for (const { path, text } of files) {
      this.site.put(path, text);
    }
    this.#expect();
    return files;
  }

  /** One of the files that have just arrived is replaced. */
  replace(path: string): void {
    this.site.put(path, this.deliveries.replaced(path).text);
    this.#after = this.deliveries.truth();
  }

  /** One of the files that have just arrived is taken away. */
  withdraw(path: string): void {
    this.deliveries.withdrawn(path);
    this.site.remove(path);
    this.#after = this.deliveries.truth();
  }

  #expect(): void {
    this.#before = this.#after;
    this.#after = this.deliveries.truth();
  }

  /** The star is as before the last delivery, or as after it. */
  async checkEither(what: string): Promise<void> {
    const found = await this.look();
    const [early, late] = [differences(found, this.#before), differences(found, this.#after)];
    const isEither = early.length === 0 || late.length === 0;
    this.#tally.compared(what, rowsIn(found.star), isEither ? [] : [...early, ...late]);
  }

  /** The star is as after the last delivery, and everything was loaded once. */
  async check(what: string): Promise<void> {
    const found = await this.look();
    this.#tally.compared(what, rowsIn(found.star), differences(found, this.#after));
  }

  async look(): Promise<Found> {
    const warehouse = await this.site.open();
    try {
      return await look(warehouse);
    } finally {
      await warehouse.close();
    }
  }

  /** Loads again until it is done: one attempt is enough, unless a fault goes on. */
  async recover(what: string, place = this.place): Promise<void> {
    let ended: Ended | undefined;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      ended = await runLoader(place);
      this.#tally.restarts += 1;
      if (ended.code === 0) {
        return;
      }
      await sleep(200 * attempt);
    }
    this.#tally.wrong(what, [`a load without a fault failed: ${ended?.stderr.slice(-500)}`]);
  }

  /** What must hold when everything is over: nothing is left, status works, an undisturbed load gives the same star. */
  async end(): Promise<void> {
    this.#tally.wrong('the end', await this.#leftovers());
    const undisturbed = await this.#loadUndisturbed();
    const found = await this.look();
    this.#tally.compared('the end', rowsIn(found.star), starDifferences(found.star, undisturbed.star));
    this.forget();
  }

  /** Removes its files. */
  forget(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #leftovers(): Promise<readonly string[]> {
    // An empty one is of a loader that was killed before it had its lock, and holds nothing.
    const holds = (temporary: string) => (name: string) => readdirSync(join(temporary, name)).length > 0;
    const spools = () =>
      this.#places.flatMap(({ temporary }) => readdirSync(temporary).filter(isSpool).filter(holds(temporary)));
    // Each place removes the spools of its own dead.
    for (const place of this.#places) {
      const { code, stderr } = await runLoader(place, { command: ['status'] });
      // Other places may reach the warehouse by ways that are gone.
      this.#tally.wrong('the end', code === 0 || place !== this.place ? [] : [`status failed: ${stderr}`]);
    }
    for (let waited = 0; waited < 20 && (await this.site.leftovers()).length > 0; waited += 1) {
      await sleep(100);
    }
    return [...spools(), ...(await this.site.leftovers())].map((name) => `left behind: ${name}`);
  }

  async #loadUndisturbed(): Promise<Found> {
    const folder = mkdtempSync(join(tmpdir(), 'starload-torture-'));
    const site = await this.ground.makeSite(folder);
    for (const { path, text } of this.deliveries.files()) {
      site.put(path, text);
    }
    const place = site.place();
    await succeed(place, ['create-tables']);
    await succeed(place, ['etl']);
    const warehouse = await site.open();
    try {
      return await look(warehouse);
    } finally {
      await warehouse.close();
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

export interface LifeOptions {
  readonly tally: Tally;
  readonly seed: number;
}

function isSpool(name: string): boolean {
  return name.startsWith(SPOOL);
}

/** Runs a command that must succeed. */
export async function succeed(place: Place, command: readonly string[]): Promise<Ended> {
  const ended = await runLoader(place, { command });
  if (ended.code !== 0) {
    throw new Error(`${command.join(' ')} failed at ${place.folder}: ${ended.stderr}${ended.stdout}`);
  }
  return ended;
}
