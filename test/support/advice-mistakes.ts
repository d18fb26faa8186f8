import type { TriedAdvice } from './tried-advice.ts';

const MODEL_MISTAKES = 'unit/model-mistakes.test.ts';
const TIME_MISTAKES = 'unit/time-mistakes.test.ts';
const PROVE = 'cli/prove.test.ts';

/** The advice on mistakes in models, and the tests that make them; without them a model is the built-in one. */
export const MISTAKES_TRIED: readonly TriedAdvice[] = [
  {
    advice: 'npm run create-tables -- (--force --replace-foreign | --force) drops all rows',
    file: 'conformance/changed-model.test.ts',
    title: 'is told by every command with all differences',
  },
  {
    advice: 'Write the line at the head of',
    file: TIME_MISTAKES,
    title: 'a time of a staging table that has a current table of its own',
  },
  {
    advice: 'Name a column that is made of',
    file: TIME_MISTAKES,
    title: 'a time of a current table that a new version can change',
  },
  { advice: 'Write "-- affected by: {input} as', file: TIME_MISTAKES, title: 'a time that an input does not tell' },
  { advice: 'Name a column that is the same', file: TIME_MISTAKES, title: 'a time that is the latest of several' },
  {
    advice: 'Write a current table with RTRIM',
    file: TIME_MISTAKES,
    title: 'a time of a staging table that is text in a key of several columns',
  },
  { advice: 'Select {reachOf}', file: TIME_MISTAKES, title: 'a query for affected keys without the time' },
  { advice: 'Write {instead}', file: 'conformance/portable-ways.test.ts', title: 'what is advised instead of odd SQL' },
  {
    advice: 'Write CAST({text} AS VARCHAR(n))',
    file: 'unit/portable-constructs.test.ts',
    title: 'a literal that is a column as it is',
  },
  { advice: 'Write "-- {word}: {value}".', file: 'unit/model-slips.test.ts', title: 'a head that is misspelt' },
  {
    advice: 'Write "-- {word}: {value}" in the first',
    file: 'unit/model-slips.test.ts',
    title: 'a head below CREATE TABLE',
  },
  { advice: 'Write one such line', file: 'unit/model-slips.test.ts', title: 'a head twice' },
  { advice: 'Take the line away', file: 'unit/model-slips.test.ts', title: 'a head in the wrong file' },
  { advice: 'Declare it as {other}', file: 'unit/model-slips.test.ts', title: 'a type that is misspelt' },
  {
    advice: 'Write capital letters, digits and _',
    file: 'unit/model-slips.test.ts',
    title: 'a source with a name that dwh.cfg cannot have',
  },
  { advice: 'Begin with SELECT or WITH', file: 'unit/model-slips.test.ts', title: 'a SELECT in parentheses' },
  {
    advice: 'Name the folder of a model on this machine',
    file: 'cli/bad-models.test.ts',
    title: 'with --model or in dwh.cfg',
  },
  { advice: 'Write a name of lower-case letters', file: 'cli/bad-models.test.ts', title: 'a name in quotes' },
  {
    advice: 'Take it out of the model, or write',
    file: 'cli/bad-models.test.ts',
    title: 'larger than a statement can be',
  },
  { advice: 'Write {affected: a, b}', file: MODEL_MISTAKES, title: 'a placeholder with too many columns' },
  {
    advice: 'Correct these files and run again',
    file: MODEL_MISTAKES,
    title: 'all mistakes of a model are told at once',
  },
  { advice: 'Let one of them read current tables', file: MODEL_MISTAKES, title: 'two tables that read each other' },
  { advice: 'The loader gives such names', file: MODEL_MISTAKES, title: 'a table with a name of the loader' },
  {
    advice: 'Name the table and its file with lower-case',
    file: MODEL_MISTAKES,
    title: 'a table with a reserved name',
  },
  { advice: 'Give each table a name of its own', file: MODEL_MISTAKES, title: 'two tables of one name' },
  {
    advice: 'Write lower-case letters, digits and _, at most',
    file: MODEL_MISTAKES,
    title: 'a column with a reserved name',
  },
  {
    advice: 'Give the column another name',
    file: MODEL_MISTAKES,
    title: 'a column whose name the loader gives to old values',
  },
  { advice: 'Begin the file with "-- key: "', file: MODEL_MISTAKES, title: 'a star table without a key' },
  { advice: 'Write NOT NULL after its type', file: MODEL_MISTAKES, title: 'a key that could be NULL' },
  { advice: 'Begin the file with "-- of: "', file: MODEL_MISTAKES, title: 'a current table of no staging table' },
  { advice: 'Read current and star tables[: {names}]', file: MODEL_MISTAKES, title: 'a SELECT of an unknown table' },
  {
    advice: 'Read current and star tables, and the changed rows',
    file: MODEL_MISTAKES,
    title: 'an affected query of an unknown table',
  },
  {
    advice: 'Write "-- affected by: table as column"',
    file: MODEL_MISTAKES,
    title: 'an input that the SELECT does not read',
  },
  { advice: 'Name as many columns of', file: MODEL_MISTAKES, title: 'an affected column that is not there' },
  {
    advice: 'Write ); after the columns, and then the SELECT',
    file: MODEL_MISTAKES,
    title: 'a star table without a SELECT',
  },
  { advice: 'Write SELECT …, … FROM', file: MODEL_MISTAKES, title: 'a current table that joins' },
  { advice: 'Add "… AS', file: MODEL_MISTAKES, title: 'a column that the SELECT of a current table does not give' },
  {
    advice: 'Make the columns of the key from',
    file: MODEL_MISTAKES,
    title: 'a current table with another key than its staging table',
  },
  { advice: 'Write RTRIM({name}', file: MODEL_MISTAKES, title: 'a key with the blanks at its end' },
  { advice: 'Write NOT NULL after its type, or leave', file: MODEL_MISTAKES, title: 'a key that is NULL in staging' },
  { advice: 'Write one SELECT, without', file: MODEL_MISTAKES, title: 'a SELECT that is none' },
  { advice: 'The only placeholder is', file: MODEL_MISTAKES, title: 'a misspelt placeholder' },
  { advice: 'Read at least one of', file: MODEL_MISTAKES, title: 'an affected query without changed rows' },
  { advice: 'Save the file as UTF-8', file: MODEL_MISTAKES, title: 'a file in another encoding' },
  {
    advice: 'Write {affected: a, b}, with one column',
    file: MODEL_MISTAKES,
    title: 'a placeholder with too many columns',
  },
  {
    advice: 'Correct the SELECT of the table, its {affected}',
    file: PROVE,
    title: 'prove prints the history after which a table is wrong',
  },
  { advice: 'Give a whole number above 0, such as 100', file: PROVE, title: 'prove refuses %s %s' },
  { advice: 'Give seconds, from 0 to', file: PROVE, title: 'prove refuses %s %s' },
  { advice: 'Put files with records there', file: PROVE, title: 'prove refuses sources' },
  { advice: 'Correct the file and run again.', file: PROVE, title: 'prove refuses sources' },
  { advice: 'Read tables of the model, or the run', file: MODEL_MISTAKES, title: 'a check of an unknown table' },
  { advice: 'Read staging tables only', file: MODEL_MISTAKES, title: 'a check of staged rows that reads others' },
  { advice: 'Move {fileOf} to checks/star', file: MODEL_MISTAKES, title: 'a placeholder in a check of staged rows' },
  { advice: 'Write {affected table}, or', file: MODEL_MISTAKES, title: 'a placeholder of an unknown table in a check' },
  { advice: 'Make it of columns, RTRIM', file: MODEL_MISTAKES, title: 'a key in small letters' },
  { advice: 'Name a folder with one folder for each source', file: PROVE, title: 'prove needs no dwh.cfg where' },
  { advice: 'Look at the checks in checks/staged', file: PROVE, title: 'prove says that nothing is proven' },
  {
    advice: 'Correct the SELECT: a statement must take',
    file: PROVE,
    title: 'and names the history where a statement fails',
  },
  { advice: 'Give one whole number from 0 to', file: PROVE, title: 'prove refuses %s %s' },
];
