import type { EventRecord, SongRecord } from './oracle.ts';

/** Two plays, one of which the song matches. */
export const PLAY: EventRecord = {
  ts: 1541105830796,
  sessionId: 38,
  itemInSession: 0,
  userId: '39',
  page: 'NextSong',
  auth: 'Logged In',
  level: 'free',
  song: 'Setanta matins',
  artist: 'Elena',
  length: 269.58322,
  location: 'Dublin',
  userAgent: null,
  firstName: 'Walter',
  lastName: null,
  gender: 'M',
};
export const OTHER_PLAY: EventRecord = { ...PLAY, itemInSession: 1, ts: PLAY.ts + 1000, song: 'Øde', level: 'paid' };
export const SONG: SongRecord = {
  song_id: 'SOZCTXZ12AB0182364',
  title: 'Setanta matins',
  artist_id: 'AR5KOSW1187FB35FF4',
  artist_name: 'Elena',
  artist_location: 'Dubai UAE',
  artist_latitude: 49.8,
  artist_longitude: 15.47,
  year: 0,
  duration: 269.58322,
};
