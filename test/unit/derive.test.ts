import { expect, test } from '@jest/globals';
import { loadModel } from '../../src/sql/read-model.ts';

test('the rows of a run say by which columns star tables look for them', () => {
  const lookups = loadModel().derivation.load.flatMap((one) =>
    one.lookups === undefined ? [] : [[one.name, one.lookups]],
  );
  expect(lookups).toEqual([
    ['run_current_events', [['user_id']]],
    ['run_current_songs', [['artist_id'], ['before_artist_id'], ['song_id']]],
  ]);
});
