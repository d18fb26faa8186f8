import { expect, test } from '@jest/globals';
import { mostSimilar } from '../../src/pipeline/unknown-keys.ts';

const COLUMNS = ['ts', 'page', 'level', 'userid', 'useragent', 'actor_login', 'song', 'length'];

test.each([
  ['userAgnt', 'useragent'],
  ['user_agent', 'useragent'],
  ['"User Agent"', 'useragent'],
  ['USERID', 'userid'],
  ['userids', 'userid'],
  ['usr_id', 'userid'],
  ['levle', 'level'],
  ['actor.login', 'actor_login'],
  ['actor.logn', 'actor_login'],
  ['songs', 'song'],
  ['tz', undefined],
  ['', undefined],
  ['"-"', undefined],
  ['pile', undefined],
  ['campaign', undefined],
  ['k'.repeat(1_000_000), undefined],
])('The key %s resembles %s', (key, column) => {
  expect(mostSimilar(key, COLUMNS)).toBe(column);
});
