import { combine, HashSet } from './hashes.ts';
import type { KeyPlace } from './place.ts';
import { Profile } from './scan.ts';
import { nameOf, singularOf, wordsOf } from './words.ts';

/** Columns that may identify a record, and what the records say about that. */
export interface KeyCandidate {
  readonly places: readonly KeyPlace[];
  /** How much its name looks like that of a key; 0 if not at all. */
  readonly likeness: number;
  /** Whether its name says that it is the record's own key, such as id, and not that of something else. */
  readonly isOwn: boolean;
  /** Whether no record lacks a value and no two have the same. */
  readonly isUnique: boolean;
  /** In how many records a value is missing. */
  readonly missing: number;
  /** How many records repeat a value of an earlier one. */
  readonly repeated: number;
  /** How many records were compared; fewer than all of them if there was no room for more hashes. */
  readonly compared: number;
}

/** A column of a key that the user asked for, which may not have been met. */
export interface WantedColumn {
  readonly name: string;
  readonly place: KeyPlace | undefined;
}

/** All candidates are tried in so many records; then only those with the name of a key, if one of these is unique there. */
const PATIENCE = 10_000;
/** At most so many columns are combined in pairs. */
const MOST_PAIRED = 6;
/** At most so many columns are tried. */
const MOST_SINGLE = 48;
/** A key that repeats in more than one record of so many is none. */
const REPEATS = 20;
/** 256 MiB of hashes: those of 20 million values. */
const MOST_SLOTS = 1 << 25;

/** How much more a record's own key looks like one than that of something else. */
const OWN = 100;

class Candidate implements KeyCandidate {
  readonly places: readonly KeyPlace[];
  readonly likeness: number;
  missing = 0;
  repeated = 0;
  compared = 0;
  /** Absent once there is no room for more. */
  seen: HashSet | undefined = new HashSet();

  constructor(places: readonly KeyPlace[], likeness: number) {
    this.places = places;
    this.likeness = likeness;
  }

  get isOwn(): boolean {
    return this.places.length === 1 && this.likeness >= OWN;
  }

  get isUnique(): boolean {
    return this.missing === 0 && this.repeated === 0;
  }
}

/** Reads the records of a source for their places, and tries which of these identify a record. */
export class KeySearch {
  readonly profile: Profile;
  readonly #source: string;
  readonly #wanted: readonly string[] | undefined;
  readonly #found: (KeyPlace | undefined)[];
  readonly #mostSlots: number;
  #asked: Candidate | undefined;
  #candidates: Candidate[] = [];
  readonly #hashed = { high: 0, low: 0 };
  /** How many records were read and have no key twice. */
  records = 0;

  /** `wanted` are the columns of the key that the user asks for: keys, paths such as actor.id, or names of columns. */
  constructor(source: string, wanted: readonly string[] | undefined, mostSlots = MOST_SLOTS) {
    this.#source = source;
    this.#wanted = wanted;
    this.#found = (wanted ?? []).map(() => undefined);
    this.#mostSlots = mostSlots;
    this.profile = new Profile((place) => this.#meet(place));
  }

  /** Reads the record that begins at `from`. Returns a key that it has twice, if there is one. */
  add(bytes: Buffer, from: number): string | undefined {
    const twice = this.profile.add(bytes, from);
    if (twice !== undefined) return twice;
    this.records += 1;
    if (this.records === 1) this.#begin();
    if (this.#asked !== undefined) this.#note(this.#asked);
    let isOver = false;
    for (const candidate of this.#candidates) {
      this.#note(candidate);
      isOver ||= this.#isLost(candidate);
    }
    if (isOver) this.#keep(this.#candidates.filter((candidate) => !this.#isLost(candidate)));
    if (this.records === PATIENCE) this.#dropOthers();
    return undefined;
  }

  /** The columns that the user asked for; undefined if there are none. */
  get wanted(): readonly WantedColumn[] | undefined {
    return this.#wanted?.map((name, at) => ({ name, place: this.#found[at] }));
  }

  /** What was found about the key that the user asked for. */
  get asked(): KeyCandidate | undefined {
    return this.#asked;
  }

  /** The columns that identify every record, and those with the name of a key that nearly do; the best first. */
  get candidates(): readonly KeyCandidate[] {
    return [...this.#candidates].sort(
      (a, b) => Number(b.isUnique) - Number(a.isUnique) || a.places.length - b.places.length || b.likeness - a.likeness,
    );
  }

  #meet(place: KeyPlace): void {
    for (const [at, name] of (this.#wanted ?? []).entries()) {
      if (isNamed(place, name)) this.#found[at] ??= place;
    }
    place.isHashed = this.#found.includes(place) || this.records === 0;
  }

  /** Only a place that the first record has can have a value in every record. */
  #begin(): void {
    const met = [...placesBelow(this.profile.root)].filter(({ hashOf }) => hashOf === this.profile.records);
    const single = met.map((place) => new Candidate([place], likeness(place, this.#source)));
    const named = single.filter(({ likeness }) => likeness > 0);
    const others = single.filter(({ likeness }) => likeness === 0);
    const parts = met.filter((place) => partLikeness(place, this.#source) > 0).slice(0, MOST_PAIRED);
    const pairs = parts.flatMap((one, at) =>
      parts
        .slice(at + 1)
        .map(
          (other) => new Candidate([one, other], partLikeness(one, this.#source) + partLikeness(other, this.#source)),
        ),
    );
    if (this.#wanted !== undefined) {
      this.#asked = new Candidate([], 0);
      this.#keep([]);
    } else this.#keep([...named, ...others].slice(0, MOST_SINGLE).concat(pairs));
  }

  #keep(candidates: Candidate[]): void {
    this.#candidates = candidates;
    for (const place of placesBelow(this.profile.root)) {
      place.isHashed =
        this.#found.includes(place) ||
        candidates.some(({ places, seen }) => seen !== undefined && places.includes(place));
    }
  }

  /** Only the likely ones go on if there are any: each candidate costs time and memory. */
  #dropOthers(): void {
    const [own, named] = [
      this.#candidates.filter(({ isOwn, isUnique }) => isOwn && isUnique),
      this.#candidates.filter(({ likeness, places }) => likeness > 0 && places.length === 1),
    ];
    if (own.length > 0) this.#keep(own);
    else if (named.some(({ isUnique }) => isUnique)) this.#keep(named);
  }

  #note(candidate: Candidate): void {
    const { seen } = candidate;
    if (seen === undefined) return;
    const isWhole = this.#hash(candidate === this.#asked ? this.#found : candidate.places);
    const hash = this.#hashed;
    candidate.compared += 1;
    if (!isWhole) candidate.missing += 1;
    if (!isWhole && candidate !== this.#asked) return;
    if (seen.isFull && !this.#hasRoomFor(candidate, seen.growth)) candidate.seen = undefined;
    else if (!seen.add(hash.high, hash.low)) candidate.repeated += 1;
  }

  /** Hashes the values of the current record. Returns whether all are there. */
  #hash(places: readonly (KeyPlace | undefined)[]): boolean {
    const hash = this.#hashed;
    hash.high = 0;
    hash.low = 0;
    let isWhole = true;
    for (const place of places) {
      const has = place !== undefined && place.hashOf === this.profile.records;
      isWhole &&= has;
      if (places.length === 1 && has) {
        hash.high = place.high;
        hash.low = place.low;
      } else combine(hash, has ? place.high : 0, has ? place.low : 0);
    }
    return isWhole;
  }

  /** Whether more hashes of a candidate may be kept, if need be instead of those of candidates that are less likely. */
  #hasRoomFor(candidate: Candidate, slots: number): boolean {
    for (;;) {
      const all = this.#asked === undefined ? this.#candidates : [this.#asked, ...this.#candidates];
      const used = all.reduce((sum, { seen }) => sum + (seen?.slots ?? 0), 0);
      if (used + slots <= this.#mostSlots) return true;
      const others = all.filter((other) => other !== candidate && other !== this.#asked && other.seen !== undefined);
      const least = others.sort((a, b) => a.likeness - b.likeness)[0];
      if (least === undefined || least.likeness > candidate.likeness) return false;
      least.seen = undefined;
      if (least.likeness === 0 || !least.isUnique) least.missing += 1;
    }
  }

  /** Whether it cannot be the key. One with the name of a key may repeat now and then: it may have versions. */
  #isLost({ missing, repeated, likeness, places }: Candidate): boolean {
    const isNamed = likeness > 0 && places.length === 1;
    return missing > 0 || (isNamed ? repeated * REPEATS > this.records + PATIENCE : repeated > 0);
  }
}

function* placesBelow(place: KeyPlace): Generator<KeyPlace> {
  for (const child of place.children) {
    yield child;
    yield* placesBelow(child);
  }
}

function isNamed(place: KeyPlace, name: string): boolean {
  return place.shown === name || nameOf(place.path, '') === name;
}

/** Words that end the names of keys. */
const KEY_WORDS: Readonly<Record<string, number>> = {
  ...{ id: 70, uuid: 65, guid: 65, key: 50, sku: 45, isbn: 45, ean: 45, iban: 45, vin: 45, slug: 40 },
  ...{
    code: 40,
    number: 40,
    num: 40,
    no: 40,
    nr: 40,
    sha: 40,
    hash: 40,
    ref: 35,
    reference: 35,
    serial: 40,
    email: 20,
  },
};
/** Words that name a part of a key: when, and which one of several. */
const PART_WORDS = new Set(
  'id uuid guid key sku code number num no nr line seq sequence item index position pos session ts time timestamp date day at'.split(
    ' ',
  ),
);

/** How much a place is named like the key of a source: its own id comes before the ids of other things. */
export function likeness(place: KeyPlace, source: string): number {
  const words = wordsOf(place.path.at(-1) ?? '');
  const last = words.at(-1) ?? '';
  const glued = /^(.+)(id|uuid|guid|key)$/.exec(words.join(''));
  const base = KEY_WORDS[last] ?? (words.length === 1 && glued?.[1] === singularOf(source) ? 70 : 0);
  if (base === 0 || place.path.length > 3) return 0;
  const subject = words.slice(0, -1).join('_');
  const isOwn = words.length === 1 || subject === singularOf(source) || glued?.[1] === singularOf(source);
  return place.path.length === 1 && isOwn ? base + OWN : base / place.path.length;
}

function partLikeness(place: KeyPlace, source: string): number {
  const last = wordsOf(place.path.at(-1) ?? '').at(-1) ?? '';
  return PART_WORDS.has(last) && place.path.length === 1 ? 10 + likeness(place, source) / 100 : 0;
}
