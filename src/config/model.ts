import { UsageError } from '../errors.ts';
import type { Environment } from './config.ts';
import { Findings } from './findings.ts';
import { readIni } from './ini.ts';
import { interpolate } from './interpolate.ts';
import { isS3, type PathBase, parseLocation } from './location.ts';
import { COMMON } from './settings.ts';
import { nameWithLine, placeOf } from './show.ts';

/** The absolute path of [MODEL] PATH; undefined if there is none, or if it is refused. */
export function parseModelPath(findings: Findings, base: PathBase): string | undefined {
  refuseSlips(findings);
  if (findings.of('modelPath').state === 'blank') {
    findings.refuse('modelPath', 'PATH names no folder: write one, or delete the line for the built-in model');
  }
  const text = findings.optional('modelPath');
  if (text === undefined) return undefined;
  const location = parseLocation(text, base);
  if ('uri' in location && location.uri.startsWith('/')) return location.uri;
  findings.refuseValue('modelPath', 'complaint' in location ? location.complaint : 'is not a folder on this machine');
  return undefined;
}

/** The absolute path of a folder as `--model` gives it, read like PATH. Throws UsageError if it is none. */
export function modelPathOf(text: string, env: Environment): string {
  const location = parseLocation(text, { directory: process.cwd(), home: homeOf(env) });
  if (text !== '' && 'uri' in location && !isS3(location.uri)) return location.uri;
  const complaint = 'complaint' in location ? location.complaint : 'is not a folder on this machine';
  throw new UsageError(`--model: "${text}" ${complaint}`, { next: 'Name the folder of a model on this machine.' });
}

function homeOf(env: Environment): string | undefined {
  return env['HOME'] || env['USERPROFILE'] || undefined;
}

/** A slip would load the built-in model. */
function refuseSlips({ unknown, problems }: Findings): void {
  for (const entry of unknown.filter(({ section }) => /^models?$/i.test(section))) {
    problems.push({ ...placeOf(entry), message: `${nameWithLine(entry)} is not known: write PATH under [MODEL]` });
  }
}

/** The same in a text whose sources are not known yet. Mistakes are found later, when the whole text is parsed. */
export function modelPathIn(text: string, directory: string, env: Environment): string | undefined {
  return parseModelPath(findingsOf(text), { directory, home: homeOf(env) });
}

/** [MODEL] PATH as it is written, which may be the name of a model of the package. */
export function modelNameIn(text: string): string | undefined {
  return findingsOf(text).optional('modelPath');
}

function findingsOf(text: string): Findings {
  const { entries } = readIni(text);
  return new Findings(interpolate(entries), [], { secrets: [], settings: COMMON });
}
