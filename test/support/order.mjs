/** The suites that take longest, longest first: begun last, one of them would keep one core busy and the others idle. */
const LONGEST = [
  'conformance/invariants',
  'conformance/redshift-cli',
  'cli/cli',
  'conformance/values',
  'conformance/sparkify',
  'conformance/rejects',
  'conformance/redshift-faults',
  'conformance/redshift-uncertain',
  'conformance/protocol',
];
const FOLDERS = ['conformance/', 'cli/', 'unit/'];

/** Jest's own order goes by the size of files it has not seen run, as on a bare machine, and long suites are short files. */
export default class LongestFirst {
  sort(tests) {
    return [...tests].sort((a, b) => rank(a.path) - rank(b.path) || (a.path < b.path ? -1 : 1));
  }

  cacheResults() {}
}

function rank(path) {
  const place = LONGEST.findIndex((suite) => path.endsWith(`test/${suite}.test.ts`));
  return place === -1 ? LONGEST.length + FOLDERS.findIndex((folder) => path.includes(`test/${folder}`)) : place;
}
