import { artistName, artistPlace, otherSpelling } from './artists.ts';
import { artistId, type Catalogue, ODDITY_BLOCK, type Song, songId } from './catalogue.ts';
import { isReissue, withOddity } from './oddities.ts';
import { PURPOSE, type Rng, streamOf } from './random.ts';
import { composeTitle, drawDuration } from './titles.ts';

/** The share of songs that spell their artist differently from most: several names under one artist_id. */
const OTHER_SPELLING = 0.042;
/** The share of songs that place their artist somewhere else. */
const OTHER_PLACE = 0.004;

/** One song file, with its keys in the file's order. */
export interface SongRecord {
  readonly num_songs: 1;
  readonly artist_id: string;
  readonly artist_latitude: number | null;
  readonly artist_longitude: number | null;
  readonly artist_location: string | number | null;
  readonly artist_name: string | number;
  readonly song_id: string;
  readonly title: string | number;
  readonly duration: number;
  readonly year: number;
}

/** All song files of a catalogue, in the order of their directories. */
export function* songRecords(catalogue: Catalogue): Generator<SongRecord, void, undefined> {
  for (let index = 0; index < catalogue.songs; index += 1) yield songRecordAt(catalogue, index);
}

function songRecordAt(catalogue: Catalogue, index: number): SongRecord {
  const { artist, name, place, title, duration, year } = songAt(catalogue, index);
  return {
    num_songs: 1,
    artist_id: artistId(catalogue, artist),
    artist_latitude: place.latitude,
    artist_longitude: place.longitude,
    artist_location: place.location,
    artist_name: name,
    song_id: songId(catalogue, index),
    title,
    duration,
    year,
  };
}

/** The song with this index. */
export function songAt(catalogue: Catalogue, index: number): Song {
  return recordedSong(catalogue, index > 0 && isReissue(slotOf(catalogue, index)) ? index - 1 : index);
}

function recordedSong(catalogue: Catalogue, index: number): Song {
  const rng = streamOf(catalogue.seed, PURPOSE.song, index);
  // There are as many artist numbers to draw from as songs: 63 % of them are drawn, and a quarter of those more than
  // once, as in the real set.
  const artist = rng.below(catalogue.songs);
  const name = artistName(catalogue.seed, artist);
  const song = {
    artist,
    name: rng.chance(OTHER_SPELLING) ? otherSpelling(rng, name) : name,
    place: artistPlace(catalogue.seed, artist, rng.chance(OTHER_PLACE) ? 1 : 0),
    title: composeTitle(rng),
    duration: drawDuration(rng),
    year: drawYear(rng),
  };
  return withOddity(song, slotOf(catalogue, index), rng);
}

/** The place of a song within its block of odd and ordinary songs. */
function slotOf({ oddSlot }: Catalogue, index: number): number {
  return oddSlot(index % ODDITY_BLOCK);
}

/** Half the years are unknown, which the files write as 0. The known ones become more frequent towards 2010. */
function drawYear(rng: Rng): number {
  return rng.chance(0.53) ? 0 : 2010 - rng.skewed(60);
}
