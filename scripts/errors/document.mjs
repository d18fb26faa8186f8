// Generates docs/errors.md from the sources. `node scripts/errors/document.mjs` writes it; a test checks that it is
// current.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inventory } from './inventory.mjs';

export const DOCUMENT = new URL('../../docs/errors.md', import.meta.url);
const SQL = new URL('../../sql/', import.meta.url);
const MODEL = 'models/sparkify';

const INTRODUCTION = `# Errors

Every error that the loader reports, with its fix. \`node scripts/errors/document.mjs\` generates this page from the sources, and a
test checks that it is up to date. An error prints \`error:\` with what happened and where, then \`next:\` with what to do.
\`--debug\` adds where in the program it arose, and \`--json\` gives the same as a document ([output.md](output.md)). The runbook in
[operations.md](operations.md#runbook) starts from what you see.

\`{name}\` stands for a value, \`(a | b)\` for one of several wordings, \`[a]\` for an optional part. \`… words …\` are words or codes
in a message of another program that identify the error. An error with a stack trace and without \`next:\` is a bug in
Starload: please report it.
`;

const GROUPS = [
  [2, 'Exit code 2: wrong usage or configuration', 'Nothing was started.'],
  [
    3,
    'Exit code 3: data rejected or out of sync',
    'Nothing of the run was loaded; if a load consists of several runs, the earlier ones stay. Or reconcile found differences.',
  ],
  [1, 'Exit code 1: failed', 'Nothing was changed, unless the message says otherwise: a run is one transaction.'],
  [130, 'Exit code 130 (SIGINT) or 143 (SIGTERM): stopped', 'By Ctrl-C, a scheduler or a shutdown.'],
];

/** Folders of src/, the longest first, and their titles in the document. */
const AREAS = [
  ['config/', 'dwh.cfg'],
  ['aws/', 'AWS'],
  ['objects/s3/', 'Files in S3'],
  ['objects/', 'Files'],
  ['records/', 'Records'],
  ['warehouse/redshift/', 'Redshift'],
  ['warehouse/postgres/', 'PostgreSQL'],
  ['warehouse/errors', 'The model in sql/'],
  ['warehouse/', 'DuckDB'],
  ['provision/', 'Provisioning'],
  ['doctor/', 'Found by `npm run check`'],
  ['certify/', 'Certifying a warehouse'],
  ['generate/', 'Generated data'],
  ['prove/', 'Proving a model'],
  ['init/', 'A new model'],
  ['sql/', 'The model in sql/'],
  ['migrate/', 'Migrating'],
  ['why/', 'Why a row is as it is'],
  ['pipeline/', 'Loading'],
  ['cli/', 'The commands'],
];
const JUDGED = 'What can be wrong with a record';

/** Returns the text of docs/errors.md. */
export function errorsDocument() {
  const all = inventory();
  const groups = GROUPS.map(([code, title, note]) => {
    const errors = all.filter(({ exitCode }) => exitCode === code);
    return `\n## ${title}\n\n${note}\n${areasOf(errors)}${code === 3 ? rules() : ''}`;
  });
  return `${INTRODUCTION}${groups.join('')}`;
}

function areasOf(errors) {
  const titles = [...new Set(errors.map(areaOf))];
  const order = [...AREAS.map(([, title]) => title).reverse(), JUDGED];
  return titles
    .sort((a, b) => order.indexOf(a) - order.indexOf(b))
    .map((title) => `\n### ${title}\n\n${list(errors.filter((error) => areaOf(error) === title))}\n`)
    .join('');
}

function areaOf({ file, exitCode, cures }) {
  if (exitCode === 3 && cures.length === 0) return JUDGED;
  return AREAS.find(([folder]) => file.startsWith(folder))[1];
}

function list(errors) {
  const cured = new Set(errors.flatMap(({ messages, cures }) => (cures.length > 0 ? messages : [])));
  const told = errors.map((error) =>
    error.cures.length > 0 ? error : { ...error, messages: error.messages.filter((text) => !cured.has(text)) },
  );
  return [...new Set(told.flatMap(itemsOf))].join('\n');
}

function itemsOf({ messages, cures }) {
  const said = messages.filter((text) => text.trim() !== '');
  const cure = cures.map((text) => `\n  → ${asText(text)}`).join('');
  if (said.length === 0) return cure === '' ? [] : [`- _the message of the engine or service that refused it_${cure}`];
  return cures.length === 0 ? said.map((text) => `- ${asCode(text)}`) : [`- ${said.map(asCode).join(' or ')}${cure}`];
}

function asCode(text) {
  return `\`${text
    .replace(/\s*\n\s*/g, ' ')
    .replaceAll('`', "'")
    .trim()}\``;
}

function asText(text) {
  return text.replaceAll('<', '\\<').replaceAll('*', '\\*');
}

/** Comparisons that have no file in sql/. */
const VALUES = [
  "- `load_run`: It holds one row; its stamp is neither older than the newest run of the ledger nor ahead of the warehouse's clock.\n  → Somebody changed load_run by hand: npm run rebuild -- --restamp recreates its row.",
  '- the name of a current or star table: Every column of every row equals what the SELECTs of the model give from staging.\n  → npm run rebuild rebuilds everything derived from staging.',
  '- the name of a staging table (with `--recount`): Every value of every staged row equals the value in the files.\n  → Somebody changed staging by hand. npm run create-tables -- --force and npm run etl reload everything.',
];

/** The checks of a load and the comparisons of reconcile, each with its name and the comment at the top of its file. */
function rules() {
  const checks = ['loader/checks/staged', 'loader/checks/star', `${MODEL}/checks/staged`, `${MODEL}/checks/star`]
    .flatMap(filesOf)
    .map(({ name, text }) => {
      const severity = /^-- severity: (.*)$/m.exec(text)[1];
      return `- \`${name}\`${severity === 'error' ? '' : ` (${severity})`}${commentOf(text)}`;
    });
  const comparisons = ['loader/reconcile/control', 'loader/reconcile', `${MODEL}/reconcile/recount`]
    .flatMap(filesOf)
    .map(({ name, text }) => {
      return `- \`${name}\`${commentOf(text)}\n  → ${/^-- next: (.*)$/m.exec(text)[1]}`;
    });
  const compared = [...VALUES, ...comparisons].join('\n');
  return `\n### Checks of a load, by rule\n\n${checks.join('\n')}\n\n### What reconcile compares\n\n${compared}\n`;
}

function filesOf(folder) {
  const place = new URL(`${folder}/`, SQL);
  const names = readdirSync(place).filter((name) => name.endsWith('.sql'));
  return names
    .sort()
    .map((name) => ({ name: name.slice(0, -'.sql'.length), text: readFileSync(new URL(name, place), 'utf8') }));
}

function commentOf(text) {
  const lines = text.split('\n').filter((line) => line.startsWith('-- ') && !/^-- (severity|next): /.test(line));
  return lines.length === 0 ? '' : `: ${lines.map((line) => line.slice(3)).join(' ')}`;
}

export function writeDocument() {
  writeFileSync(DOCUMENT, errorsDocument());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeDocument();
