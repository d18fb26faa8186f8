import { firstName, lastName, stateCode, townName } from './people.ts';
import { PURPOSE, type Rng, streamOf } from './random.ts';
import { ACCENTED, ADJECTIVES, ENSEMBLES, NOUNS } from './words.ts';

/**
 * Where an artist is from, as far as the song files state it. Numbers represent the few locations that are JSON
 * numbers.
 */
export interface Place {
  readonly location: string | number | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
}

/** The name of the artist with this number. Artists are computed on demand and not stored. */
export function artistName(seed: number, index: number): string {
  return composeName(streamOf(seed, PURPOSE.artist, index));
}

/** The place in most of the artist's songs (`variant` 0), or another one that a song has instead. */
export function artistPlace(seed: number, index: number, variant = 0): Place {
  const rng = streamOf(seed, PURPOSE.place, index * 4 + variant);
  const location = composeLocation(rng);
  // The real set has coordinates for four artists in ten, and rarely without a location.
  const located = rng.chance(location === null || location === '' ? 0.08 : 0.62);
  if (!located) return { location, latitude: null, longitude: null };
  return { location, latitude: coordinate(rng, 26, 48), longitude: coordinate(rng, -123, -70) };
}

/** Another spelling of an artist's name, as different files spell the same artist. */
export function otherSpelling(rng: Rng, name: string): string {
  const link = rng.weighted([
    [' feat. ', 34],
    [' Featuring ', 16],
    [' / ', 12],
    [' & ', 8],
    [' with ', 5],
    ['', 25],
  ] as const);
  return link === '' ? otherCase(rng, name) : name + link + composeName(rng);
}

function otherCase(rng: Rng, name: string): string {
  const upper = name.toUpperCase();
  if (rng.chance(0.5) && upper !== name) return upper;
  return name.startsWith('The ') ? name.slice(4) : `The ${name}`;
}

function composeName(rng: Rng): string {
  const compose = rng.weighted(NAME_SHAPES);
  return compose(rng);
}

const NAME_SHAPES: readonly (readonly [(rng: Rng) => string, number])[] = [
  [personName, 34],
  [(rng) => `The ${rng.pick(ADJECTIVES)} ${rng.pick(NOUNS)}s`, 16],
  [(rng) => `${rng.pick(ADJECTIVES)} ${rng.pick(NOUNS)}`, 18],
  [(rng) => `${rng.pick(NOUNS)} ${rng.pick(ENSEMBLES)}`, 10],
  [(rng) => `${personName(rng)} & The ${rng.pick(NOUNS)}s`, 6],
  [(rng) => `DJ ${rng.pick(NOUNS)}`, 4],
  [(rng) => rng.pick(NOUNS) + rng.pick(ENSEMBLES).toLowerCase(), 3],
  [(rng) => `${rng.pick(ACCENTED)} ${rng.pick(NOUNS)}`, 4],
  [(rng) => `${rng.pick(NOUNS)} & ${rng.pick(NOUNS)}`, 4],
  [(rng) => `${townName(rng)}'s ${rng.pick(ADJECTIVES)} "${rng.pick(NOUNS)}"`, 1],
];

function personName(rng: Rng): string {
  return `${firstName(rng, rng.chance(0.5) ? 'F' : 'M')} ${lastName(rng)}`;
}

function composeLocation(rng: Rng): string | null {
  const compose = rng.weighted(LOCATION_SHAPES);
  return compose(rng);
}

const LOCATION_SHAPES: readonly (readonly [(rng: Rng) => string | null, number])[] = [
  [() => '', 46],
  [() => null, 3],
  [(rng) => `${townName(rng)}, ${stateCode(rng)}`, 30],
  [(rng) => townName(rng), 10],
  [(rng) => `${townName(rng)}, ${rng.pick(COUNTRIES)}`, 6],
  [(rng) => rng.pick(COUNTRIES), 3],
  [(rng) => `${townName(rng)} / ${townName(rng)}`, 1],
  [(rng) => accentedTown(rng), 1],
];

const COUNTRIES = [
  'Canada',
  'England',
  'Germany',
  'Sweden',
  'Norway',
  'Ireland',
  'Scotland',
  'France',
  'Italy',
  'Japan',
];

/** A town with letters beyond ASCII. */
export function accentedTown(rng: Rng): string {
  return `${rng.pick(['Ål', 'Mün', 'São ', 'Três ', 'Öst', 'Fjäll', 'Château-', 'Peña '])}${townName(rng)}`;
}

/** Degrees with five decimals, from whole hundred-thousandths: the division is exact to the last printed digit. */
function coordinate(rng: Rng, from: number, to: number): number {
  return (from * 100_000 + rng.below((to - from) * 100_000)) / 100_000;
}
