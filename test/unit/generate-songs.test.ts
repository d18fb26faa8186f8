import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { openCatalogue, songPath } from '../../src/generate/catalogue.ts';
import { type SongRecord, songRecords } from '../../src/generate/songs.ts';

const FULL_SET = [...songRecords(openCatalogue(1, 15_000))];

function count(matches: (song: SongRecord) => boolean): number {
  return FULL_SET.filter(matches).length;
}

function share(matches: (song: SongRecord) => boolean): number {
  return count(matches) / FULL_SET.length;
}

/** How many artists have more than one of something. */
function artistsWithSeveral(what: (song: SongRecord) => unknown): number {
  const byArtist = new Map<string, Set<unknown>>();
  for (const song of FULL_SET)
    byArtist.set(song.artist_id, (byArtist.get(song.artist_id) ?? new Set()).add(what(song)));
  return [...byArtist.values()].filter((values) => values.size > 1).length;
}

function hasControlCharacter(value: unknown): boolean {
  return typeof value === 'string' && [...value].some((character) => character < ' ');
}

describe('a catalogue', () => {
  test('has as many songs as it was asked for, each with ids and a path of its own', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 300 }), (seed, songs) => {
        const catalogue = openCatalogue(seed, songs);
        const records = [...songRecords(catalogue)];
        const paths = records.map((_, index) => songPath(catalogue, index));
        expect(records).toHaveLength(songs);
        expect(new Set(records.map((song) => song.song_id)).size).toBe(songs);
        expect(new Set(paths.map((path) => path.slice(-'TRABCDE128F1234567.json'.length))).size).toBe(songs);
        for (const song of records) {
          expect(song.song_id).toMatch(/^SO[A-Z]{5}12A[0-9A-F]{8}$/);
          expect(song.artist_id).toMatch(/^AR[A-Z]{5}1187[0-9A-F]{7}$/);
        }
        for (const path of paths)
          expect(path).toMatch(/^([A-Z])\/([A-Z])\/([A-Z])\/TR\1\2\3[A-Z]{2}128F[0-9A-F]{7}\.json$/);
      }),
      { numRuns: 20 },
    );
  });

  test('of a million songs keeps its paths apart', () => {
    const catalogue = openCatalogue(3, 1_000_000);
    const indexes = Array.from({ length: 4000 }, (_, index) => (index < 2000 ? index : 1_000_000 - 4000 + index));
    const trackLetters = indexes.map((index) => songPath(catalogue, index).slice(0, 'A/B/C/TRABCDE'.length));
    expect(new Set(trackLetters).size).toBe(indexes.length);
  });

  test('is the same for the same seed and another for another seed', () => {
    const make = (seed: number) => JSON.stringify([...songRecords(openCatalogue(seed, 40))]);
    expect(make(5)).toBe(make(5));
    expect(make(5)).not.toBe(make(6));
    expect(make(5)).not.toBe(make(5 + 2 ** 32));
  });
});

describe('a catalogue of 15,000 songs', () => {
  test('has some text that is a JSON number, one of them with a decimal point', () => {
    // A reissue of an odd song is odd as well, so the numbers may rise a little.
    const titles = count((song) => typeof song.title === 'number');
    const names = count((song) => typeof song.artist_name === 'number');
    const locations = count((song) => typeof song.artist_location === 'number');
    expect(titles + names + locations).toBeGreaterThanOrEqual(50);
    expect(titles + names + locations).toBeLessThanOrEqual(56);
    expect(count((song) => typeof song.title === 'number' && !Number.isInteger(song.title))).toBe(1);
  });

  test('has control characters, replacement characters, HTML, twice encoded text and trailing blanks', () => {
    const between = (least: number, value: number, most: number) => value >= least && value <= most;
    expect(count((song) => hasControlCharacter(song.title))).toBeGreaterThanOrEqual(14);
    expect(count((song) => String(song.title).includes('\t'))).toBeGreaterThanOrEqual(2);
    expect(
      between(
        45,
        count((song) => String(song.artist_location).includes('\ufffd')),
        48,
      ),
    ).toBe(true);
    expect(
      between(
        6,
        count((song) => String(song.artist_location).includes('<a href="')),
        9,
      ),
    ).toBe(true);
    expect(
      between(
        50,
        count((song) => /[ÃÅ]/.test(`${song.title}${song.artist_location}`)),
        250,
      ),
    ).toBe(true);
    expect(
      between(
        28,
        count((song) => String(song.title).endsWith(' ')),
        33,
      ),
    ).toBe(true);
  });

  test('leaves years, locations and coordinates unknown as often as the real set does', () => {
    expect(share((song) => song.year === 0)).toBeCloseTo(0.53, 1);
    expect(share((song) => song.artist_location === '')).toBeCloseTo(0.45, 1);
    expect(count((song) => song.artist_location === null)).toBeGreaterThan(100);
    expect(share((song) => song.artist_latitude === null)).toBeCloseTo(0.64, 1);
    expect(count((song) => (song.artist_latitude === null) !== (song.artist_longitude === null))).toBe(0);
    expect(share((song) => /[^ -~]/.test(String(song.title)))).toBeCloseTo(0.05, 1);
  });

  test('spells and places some artists in several ways', () => {
    expect(new Set(FULL_SET.map((song) => song.artist_id)).size / FULL_SET.length).toBeCloseTo(0.63, 1);
    expect(artistsWithSeveral((song) => song.artist_name)).toBeGreaterThan(300);
    expect(artistsWithSeveral((song) => song.artist_name)).toBeLessThan(500);
    expect(artistsWithSeveral((song) => song.artist_location)).toBeGreaterThan(20);
    expect(artistsWithSeveral((song) => song.artist_latitude)).toBeGreaterThan(10);
    expect(count((song) => String(song.artist_name).includes(' feat. '))).toBeGreaterThan(100);
  });

  test('issues a few songs twice, under another song_id', () => {
    const issues = new Set(FULL_SET.map((song) => JSON.stringify([song.title, song.artist_name, song.duration])));
    expect(FULL_SET.length - issues.size).toBeGreaterThanOrEqual(30);
    expect(FULL_SET.length - issues.size).toBeLessThan(40);
  });

  test('has durations with a decimal point and at most five decimals', () => {
    expect(FULL_SET.every((song) => /^\d{2,4}\.\d{1,5}$/.test(String(song.duration)))).toBe(true);
  });
});
