import type { Environment } from './config.ts';
import { Findings } from './findings.ts';
import { readIni } from './ini.ts';
import { interpolate } from './interpolate.ts';
import { type PathBase, parseLocation } from './location.ts';
import { COMMON } from './settings.ts';
import { nameWithLine, placeOf } from './show.ts';

/** The absolute path of [MODEL] PATH; undefined if there is none, or if it is refused. */
export function parseModelPath(findings: Findings, base: PathBase): string | undefined {
  refuseSlips(findings);
  const text = findings.optional('modelPath');
  if (text === undefined) return undefined;
  const location = parseLocation(text, base);
  if ('uri' in location && location.uri.startsWith('/')) return location.uri;
  findings.refuseValue('modelPath', 'complaint' in location ? location.complaint : 'is not a folder on this machine');
  return undefined;
}

/** A slip would load the built-in model. */
function refuseSlips({ unknown, problems }: Findings): void {
  for (const entry of unknown.filter(({ section }) => /^models?$/i.test(section))) {
    problems.push({ ...placeOf(entry), message: `${nameWithLine(entry)} is not known: write PATH under [MODEL]` });
  }
}

/** The same in a text whose sources are not known yet. Mistakes are found later, when the whole text is parsed. */
export function modelPathIn(text: string, directory: string, env: Environment): string | undefined {
  return parseModelPath(findingsOf(text), { directory, home: env['HOME'] || env['USERPROFILE'] || undefined });
}

/** [MODEL] PATH as it is written, which may be the name of a model of the package. */
export function modelNameIn(text: string): string | undefined {
  return findingsOf(text).optional('modelPath');
}

function findingsOf(text: string): Findings {
  const { entries } = readIni(text);
  return new Findings(interpolate(entries), [], { secrets: [], settings: COMMON });
}
