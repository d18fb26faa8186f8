import type { LogEvent } from './session.ts';
import type { SongRecord } from './songs.ts';

/** A song file's text: blanks after colons and commas, no trailing newline. */
export function renderSong(song: SongRecord): string {
  const pairs = Object.entries(song).map(([key, value]) => `"${key}": ${songValue(value)}`);
  return `{${pairs.join(', ')}}`;
}

function songValue(value: string | number | null): string {
  return typeof value === 'string' ? quote(value) : String(value);
}

/** A line of the log, without its newline: no blanks, slashes escaped, the registration with a decimal point. */
export function renderEvent(event: LogEvent): string {
  return (
    `{"artist":${text(event.artist)},"auth":"${event.auth}","firstName":${text(event.firstName)}` +
    `,"gender":${text(event.gender)},"itemInSession":${event.itemInSession},"lastName":${text(event.lastName)}` +
    `,"length":${event.length},"level":"${event.level}","location":${text(event.location)}` +
    `,"method":"${event.method}","page":"${event.page}"` +
    `,"registration":${event.registration === null ? 'null' : `${event.registration}.0`}` +
    `,"sessionId":${event.sessionId},"song":${text(event.song)},"status":${event.status},"ts":${event.ts}` +
    `,"userAgent":${text(event.userAgent)},"userId":"${event.userId}"}`
  );
}

function text(value: string | null): string {
  if (value === null) return 'null';
  return PLAIN_WITHOUT_SLASH.test(value) ? `"${value}"` : quote(value).replaceAll('/', '\\/');
}

/** JSON text in ASCII only. */
function quote(value: string): string {
  return PLAIN.test(value) ? `"${value}"` : JSON.stringify(value).replace(BEYOND_ASCII, escapeCharacter);
}

// Most text is plain, and this check is faster than JSON.stringify.
const PLAIN = /^[ !#-[\]-~]*$/;
const PLAIN_WITHOUT_SLASH = /^[ !#-.0-[\]-~]*$/;
const BEYOND_ASCII = /[\u0080-\uffff]/g;

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
