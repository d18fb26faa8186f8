const UNDO = 'conformance/undo.test.ts';
const UNDO_FILE = 'conformance/undo-file.test.ts';

/** The tests that follow the advice of undo and why, as `TRIED` has them. */
export const UNDO_TRIED = [
  {
    advice: 'Add --yes to undo the (run | file).',
    file: UNDO,
    title: 'that fails at any step, is refused or only tried',
  },
  {
    advice: 'They were loaded before rows said their file, Redshift read the file by itself,',
    file: UNDO_FILE,
    title: 'whose rows do not say it is refused, unless its run loaded no other into the table',
  },
  {
    advice: 'Take the files out of the folder and run npm run etl, which loads all others again.',
    file: UNDO_FILE,
    title: 'that was only moved there, was never loaded, or is a folder is none',
  },
  {
    advice: 'Name it as messages do, with its folder or as a URI. npm run query -- "SELECT DISTINCT uri',
    file: UNDO_FILE,
    title: 'that was only moved there, was never loaded, or is a folder is none',
  },
  {
    advice: 'npm run status lists the runs, and npm run undo -- RUN takes one out, with all its files.',
    file: UNDO_FILE,
    title: 'that was only moved there, was never loaded, or is a folder is none',
  },
  {
    advice: 'npm run status lists the runs: npm run undo -- RUN, or npm run undo -- --file FILE.',
    file: 'cli/undo.test.ts',
    title: 'wrong uses of undo are refused with what to do',
  },
  ...[
    'The tables are: {names}.',
    'Give one value for each, in this order, or as column=value:',
    'Write the value as',
  ].map((advice) => ({
    advice,
    file: 'conformance/why.test.ts',
    title: 'refuses what can be no key, and says what can',
  })),
  ...['Take the files out of their folders', 'Name the model that made the table'].map((advice) => ({
    advice,
    file: UNDO,
    title: 'is refused for runs that the ledger does not have',
  })),
];
