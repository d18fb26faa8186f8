import { accentedTown } from './artists.ts';
import { ODDITY_BLOCK, type Song } from './catalogue.ts';
import { stateCode, townName } from './people.ts';
import type { Rng } from './random.ts';
import { accentedTitle } from './titles.ts';
import { ADJECTIVES, NOUNS } from './words.ts';

type Oddity = (song: Song, rng: Rng) => Song;

/**
 * The oddities of the real song files, and in how many songs of a block they occur. Every song has at most one of them.
 */
const ODDITIES: readonly (readonly [oddity: Oddity, songs: number])[] = [
  [(song, rng) => ({ ...song, title: (10 * (1 + rng.below(9)) + 1 + rng.below(9)) / 10 }), 1],
  [
    (song, rng) => ({ ...song, title: rng.pick([1 + rng.below(99), 1900 + rng.below(120), 100 + rng.below(9900)]) }),
    39,
  ],
  [(song, rng) => ({ ...song, name: 3 + rng.below(997) }), 9],
  [(song, rng) => ({ ...song, place: { ...song.place, location: 10_000 + rng.below(89_999) } }), 3],
  [(song, rng) => ({ ...song, title: withControlCharacter(String(song.title), rng) }), 15],
  [(song, rng) => ({ ...song, place: { ...song.place, location: withReplacementCharacter(rng) } }), 46],
  [(song, rng) => ({ ...song, place: { ...song.place, location: htmlLink(rng) } }), 7],
  [(song, rng) => ({ ...song, title: doubleEncode(accentedTitle(rng)) }), 40],
  [(song, rng) => ({ ...song, place: { ...song.place, location: doubleEncode(accentedTown(rng)) } }), 15],
  [(song, rng) => ({ ...song, title: `${song.title}${rng.chance(0.8) ? ' ' : '  '}` }), 30],
];

/**
 * How many songs of a block are issued twice: a second song with the artist, title and duration of the previous one.
 */
const REISSUES = 30;

/** Whether the song is a reissue of the previous one. `slot` is the song's place in its block. */
export function isReissue(slot: number): boolean {
  return slot >= ODDITY_BLOCK - REISSUES;
}

/** The song with its oddity, if this slot of the block is an odd one. */
export function withOddity(song: Song, slot: number, rng: Rng): Song {
  let end = 0;
  for (const [oddity, songs] of ODDITIES) {
    end += songs;
    if (slot < end) return oddity(song, rng);
  }
  return song;
}

/** UTF-8 read as Latin-1 and encoded again, as happened to some of the real text. */
export function doubleEncode(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function withControlCharacter(title: string, rng: Rng): string {
  const character = rng.pick(['\t', '\t', '\u0013', '\u0018', '\u0019', '\u001d']);
  const blank = title.indexOf(' ');
  return blank < 0 ? title + character : title.slice(0, blank) + character + title.slice(blank + 1);
}

function withReplacementCharacter(rng: Rng): string {
  const town = townName(rng);
  const at = 1 + rng.below(town.length - 1);
  return `${town.slice(0, at)}\ufffd${town.slice(at + 1)}, ${stateCode(rng)}`;
}

function htmlLink(rng: Rng): string {
  const band = `${rng.pick(ADJECTIVES)}${rng.pick(NOUNS)}`.toLowerCase();
  return `<a href="http://www.${band}.example/tour" target="_blank">${townName(rng)} &amp; ${townName(rng)}</a>`;
}
