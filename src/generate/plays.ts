import { artistName, otherSpelling } from './artists.ts';
import type { Catalogue } from './catalogue.ts';
import { doubleEncode } from './oddities.ts';
import { PURPOSE, type Rng, scatter, streamOf } from './random.ts';
import { songAt } from './songs.ts';
import { composeTitle, drawDuration } from './titles.ts';

/** What the log states about a play. */
export interface Play {
  readonly artist: string;
  readonly song: string;
  readonly length: number;
}

/*
 * Shares of all plays. The public set matches 4.7 % of its plays with its 15,000 songs. This is twice as much, so that
 * a small sample with few songs has matches too. All other plays are of music outside the catalogue.
 */
/** Title, the file's own spelling of the artist, and duration match a song file. */
const EXACT = 0.1;
/** Title and artist match, the duration does not: another recording. */
const OTHER_DURATION = 0.004;
/** Title and duration match, the artist is spelled differently. */
const OTHER_SPELLING = 0.008;

/** The share of songs in the catalogue that are ever played. */
const PLAYED = 0.6;

/** Draws plays: mostly of music outside the catalogue, and popular music more often than the rest. */
export function playsOf(catalogue: Catalogue, events: number): (rng: Rng) => Play {
  const inCatalogue = catalogue.songs > 0 ? catalogueDraw(catalogue) : undefined;
  const outside = outsideDraw(catalogue, events);
  return (rng) => {
    const kind = rng.unit();
    if (inCatalogue === undefined || kind >= EXACT + OTHER_DURATION + OTHER_SPELLING) return outside(rng);
    return inCatalogue(rng, kind);
  };
}

function catalogueDraw(catalogue: Catalogue): (rng: Rng, kind: number) => Play {
  const played = Math.max(1, Math.floor(catalogue.songs * PLAYED));
  const songOfRank = scatter(catalogue.seed, 4, catalogue.songs);
  return (rng, kind) => {
    const { artist, name, title, duration } = songAt(catalogue, songOfRank(rng.skewed(played)));
    const known = String(name);
    if (kind < EXACT) return { artist: known, song: trimmedNowAndThen(rng, String(title)), length: duration };
    if (kind < EXACT + OTHER_DURATION) return { artist: known, song: String(title), length: drawDuration(rng) };
    const usual = artistName(catalogue.seed, artist);
    return { artist: known === usual ? otherSpelling(rng, known) : usual, song: String(title), length: duration };
  };
}

/** Players drop the trailing blanks of some titles in the song files; the match must not depend on them. */
function trimmedNowAndThen(rng: Rng, title: string): string {
  return title.endsWith(' ') && rng.chance(0.5) ? title.trimEnd() : title;
}

function outsideDraw({ seed, songs }: Catalogue, events: number): (rng: Rng) => Play {
  const tracks = 20_000 + Math.floor(events / 20);
  const artists = Math.ceil(tracks / 4);
  return (rng) => {
    const track = streamOf(seed, PURPOSE.track, rng.skewed(tracks));
    // A quarter of this music is by the catalogue's artists. The other artists are numbered after them.
    const artist = songs > 0 && track.chance(0.25) ? track.below(songs) : songs + track.skewed(artists);
    const title = composeTitle(track);
    const song = track.chance(0.5) ? doubleEncode(title) : title;
    return { artist: artistName(seed, artist), song, length: drawDuration(track) };
  };
}
