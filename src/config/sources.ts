import type { SourceConfig, Sources } from './config.ts';
import type { Findings } from './findings.ts';
import { type PathBase, parseLocation } from './location.ts';
import type { SettingId } from './settings.ts';

/** The model's sources with their jsonpaths files; undefined if one of the folders is refused. */
export function parseSources(findings: Findings, base: PathBase): Sources | undefined {
  const names = findings.settings.sources;
  if (isWithoutSources(findings)) {
    findings.problems.push({ section: 'S3', message: `the section is missing: ${sectionToAdd(findings)}` });
    return undefined;
  }
  const parsed = names.flatMap((name) => {
    const source = parseSource(findings, base, name);
    return source === undefined ? [] : [[name, source] as const];
  });
  if (parsed.length < names.length) return undefined;
  for (const [at, one] of parsed.entries()) {
    for (const other of parsed.slice(at + 1)) refuseOverlap(findings, one, other);
  }
  return Object.fromEntries(parsed);
}

type Named = readonly [name: string, source: SourceConfig];

/** Files of both sources would be loaded into both staging tables. */
function refuseOverlap(findings: Findings, [first, one]: Named, [second, other]: Named): void {
  const [outer, inner] = [asFolder(one.uri), asFolder(other.uri)];
  const [nameOf, common] = [
    (name: string) => findings.nameOf(`folder ${name}`),
    'so the same files would be loaded for both: name two folders',
  ];
  if (outer === inner) {
    findings.refuseValue(`folder ${second}`, `is ${nameOf(first)} too, ${common}`);
  } else if (inner.startsWith(outer)) {
    findings.refuseValue(`folder ${second}`, `lies within ${nameOf(first)}, ${common}`);
  } else if (outer.startsWith(inner)) {
    findings.refuseValue(`folder ${first}`, `lies within ${nameOf(second)}, ${common}`);
  }
}

/** WORK_PREFIX with its trailing slash, or undefined. */
export function parseWorkPrefix(findings: Findings, base: PathBase, sources: Sources = {}): string | undefined {
  const text = findings.matching('workPrefix', /^s3[an]?:/i, 'is not in S3: write s3://bucket/folder/');
  const uri = text === undefined ? undefined : locate(findings, 'workPrefix', text, base);
  if (uri === undefined) return undefined;
  const prefix = asFolder(uri);
  const around = Object.values(sources).find((source) => prefix.startsWith(asFolder(source.uri)))?.uri;
  if (around === undefined) return prefix;
  findings.refuseValue(
    'workPrefix',
    `lies within the source ${around}, so bundles would be loaded as data: use another folder`,
  );
  return undefined;
}

function isWithoutSources(findings: Findings): boolean {
  const ids = findings.settings.sources.map((name): SettingId => `folder ${name}`);
  return !findings.hasSection('S3') && ids.every((id) => findings.of(id).state === 'absent' && !findings.slipFor(id));
}

function sectionToAdd({ settings }: Findings): string {
  const required = settings.sources.map((name) => settings.of(`folder ${name}`));
  const [first = ''] = settings.sources;
  const paths = settings.of(`jsonpaths ${first}`);
  const lines = required.map(({ key, example, about }) => `${key} = ${example} (${about})`).join(' and ');
  return `add [S3] with ${lines}, and if it needs one ${paths.key} = ${paths.example}`;
}

function parseSource(findings: Findings, base: PathBase, name: string): SourceConfig | undefined {
  const folder: SettingId = `folder ${name}`;
  const text = findings.required(folder);
  const uri = text === undefined ? undefined : locate(findings, folder, text, base);
  const keys = parseJsonpaths(findings, `jsonpaths ${name}`, base);
  return uri === undefined ? undefined : { uri, ...keys };
}

/** How keys are matched with columns. */
function parseJsonpaths(findings: Findings, id: SettingId, base: PathBase): Omit<SourceConfig, 'uri'> {
  const text = findings.optional(id);
  // The values of COPY's JSON option for matching by name. Scripts store them in this key.
  return text !== undefined && /^auto( ignorecase)?$/i.test(text)
    ? { matchesNames: true }
    : { jsonpaths: text === undefined ? undefined : jsonpathsFile(findings, id, { text, base }) };
}

function jsonpathsFile(
  findings: Findings,
  id: SettingId,
  { text, base }: { readonly text: string; readonly base: PathBase },
): string | undefined {
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
