import type { SourceConfig, Sources } from './config.ts';
import type { Findings } from './findings.ts';
import { type PathBase, parseLocation } from './location.ts';
import { SETTINGS, type SettingId } from './settings.ts';

/** LOG_DATA and SONG_DATA with their jsonpaths files; undefined if one of the folders is refused. */
export function parseSources(findings: Findings, base: PathBase): Sources | undefined {
  if (isWithoutSources(findings)) {
    findings.problems.push({ section: 'S3', message: `the section is missing: ${sectionToAdd()}` });
    return undefined;
  }
  const logs = parseSource(findings, base, 'logData', 'logJsonpath');
  const songs = parseSource(findings, base, 'songData', 'songJsonpath');
  if (logs === undefined || songs === undefined) return undefined;
  refuseOverlap(findings, logs, songs);
  return { LOG_DATA: logs, SONG_DATA: songs };
}

/** Files of both sources would be loaded into both staging tables. */
function refuseOverlap(findings: Findings, logs: SourceConfig, songs: SourceConfig): void {
  const [log, song] = [asFolder(logs.uri), asFolder(songs.uri)];
  const common = 'so the same files would be loaded as logs and as songs: name two folders';
  if (log === song) {
    findings.refuseValue('songData', `is ${findings.nameOf('logData')} too, ${common}`);
  } else if (song.startsWith(log)) {
    findings.refuseValue('songData', `lies within ${findings.nameOf('logData')}, ${common}`);
  } else if (log.startsWith(song)) {
    findings.refuseValue('logData', `lies within ${findings.nameOf('songData')}, ${common}`);
  }
}

/** WORK_PREFIX with its trailing slash, or undefined. */
export function parseWorkPrefix(findings: Findings, base: PathBase, sources: Sources | undefined): string | undefined {
  const text = findings.matching('workPrefix', /^s3[an]?:/i, 'is not in S3: write s3://bucket/folder/');
  const uri = text === undefined ? undefined : locate(findings, 'workPrefix', text, base);
  if (uri === undefined) return undefined;
  const prefix = asFolder(uri);
  const around = [sources?.LOG_DATA.uri, sources?.SONG_DATA.uri].find(
    (each) => each && prefix.startsWith(asFolder(each)),
  );
  if (around === undefined) return prefix;
  findings.refuseValue(
    'workPrefix',
    `lies within the source ${around}, so bundles would be loaded as data: use another folder`,
  );
  return undefined;
}

function isWithoutSources(findings: Findings): boolean {
  const ids = ['logData', 'songData'] as const;
  return !findings.hasSection('S3') && ids.every((id) => findings.of(id).state === 'absent' && !findings.slipFor(id));
}

function sectionToAdd(): string {
  const [log, song, paths] = [SETTINGS.logData, SETTINGS.songData, SETTINGS.logJsonpath];
  const required = [log, song].map(({ key, example, about }) => `${key} = ${example} (${about})`).join(' and ');
  return `add [S3] with ${required}, and if the logs need one ${paths.key} = ${paths.example}`;
}

function parseSource(findings: Findings, base: PathBase, data: SettingId, paths: SettingId): SourceConfig | undefined {
  const text = findings.required(data);
  const uri = text === undefined ? undefined : locate(findings, data, text, base);
  const jsonpaths = parseJsonpaths(findings, paths, base);
  return uri === undefined ? undefined : { uri, jsonpaths };
}

function parseJsonpaths(findings: Findings, id: SettingId, base: PathBase): string | undefined {
  const text = findings.optional(id);
  // The values of COPY's JSON option for matching by name. Scripts store them in this key.
  if (text === undefined || /^auto( ignorecase)?$/i.test(text)) return undefined;
  const uri = locate(findings, id, text, base);
  if (uri === undefined || !(text.endsWith('/') || uri.endsWith('/'))) return uri;
  findings.refuseValue(id, 'is a folder: name the jsonpaths file itself');
  return undefined;
}

function locate(findings: Findings, id: SettingId, text: string, base: PathBase): string | undefined {
  const location = parseLocation(text, base);
  if ('uri' in location) return location.uri;
  findings.refuseValue(id, location.complaint);
  return undefined;
}

function asFolder(uri: string): string {
  return uri.endsWith('/') ? uri : `${uri}/`;
}
