import type { Place } from './artists.ts';
import { PURPOSE, scatter, streamOf } from './random.ts';

/** Song files contain exact numbers of oddities per this many songs, about the size of the public set. */
export const ODDITY_BLOCK = 15_000;

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const FIVE_LETTERS = 26 ** 5;
const THREE_LETTERS = 26 ** 3;
const TWO_LETTERS = 26 ** 2;

/** The maximum number of songs, rounded, that three letters of directory and two of file name can distinguish. */
export const MOST_SONGS = 10_000_000;

/** A song as its performers know it. A title or name that is a JSON number in the file is a number here. */
export interface Song {
  readonly artist: number;
  readonly name: string | number;
  readonly place: Place;
  readonly title: string | number;
  readonly duration: number;
  readonly year: number;
}

/** A set of song files that is defined by a rule: each song is computed from its index on demand. */
export interface Catalogue {
  readonly seed: number;
  readonly songs: number;
  readonly songNumber: (index: number) => number;
  readonly artistNumber: (index: number) => number;
  /** A permutation of the places in a block of songs: which of them are odd (oddities.ts). */
  readonly oddSlot: (index: number) => number;
  /** Songs per directory: few in a small set, so that it has several directories, at most 676 in the largest. */
  readonly perDirectory: number;
}

/** The catalogue of `songs` songs for a seed. */
export function openCatalogue(seed: number, songs: number): Catalogue {
  return {
    seed,
    songs,
    songNumber: scatter(seed, 1, FIVE_LETTERS),
    artistNumber: scatter(seed, 2, FIVE_LETTERS),
    oddSlot: scatter(seed, 3, ODDITY_BLOCK),
    perDirectory: Math.max(12, Math.ceil(songs / THREE_LETTERS)),
  };
}

/** The song's id, 18 characters as in SOABCDE12A1B2C3D4E. Its letters alone are unique to the song. */
export function songId(catalogue: Catalogue, index: number): string {
  return `SO${letters(catalogue.songNumber(index), 5)}12A${hexDigits(catalogue, index, 8)}`;
}

/** The artist's id, 18 characters as in ARABCDE1187A1B2C3D. */
export function artistId(catalogue: Catalogue, artist: number): string {
  return `AR${letters(catalogue.artistNumber(artist), 5)}1187${hexDigits(catalogue, -1 - artist, 7)}`;
}

/**
 * The path of the song's file below song_data. The directories are letters 3 to 5 of the track id, as in
 * TRABCDE128F1A2B3C4.
 */
export function songPath(catalogue: Catalogue, index: number): string {
  const directory = Math.floor(index / catalogue.perDirectory);
  const place = (index * 217 + directory * 31) % TWO_LETTERS; // 217 and 676 share no factor: no two songs of a directory meet
  const head = letters(directory, 3);
  return `${[...head].join('/')}/TR${head}${letters(place, 2)}128F${hexDigits(catalogue, index, 7)}.json`;
}

function letters(value: number, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest = Math.floor(rest / 26)) text = LETTERS.charAt(rest % 26) + text;
  return text;
}

function hexDigits({ seed }: Catalogue, index: number, length: number): string {
  return streamOf(seed, PURPOSE.id, index).next().toString(16).toUpperCase().padStart(8, '0').slice(-length);
}
