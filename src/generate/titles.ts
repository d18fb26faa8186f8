import type { Rng } from './random.ts';
import { ACCENTED, ADJECTIVES, NOUNS, VERBS, VERSIONS } from './words.ts';

/** The title of a track; one in ten names a version in brackets. */
export function composeTitle(rng: Rng): string {
  const compose = rng.weighted(TITLE_SHAPES);
  const title = compose(rng);
  return rng.chance(0.1) ? `${title} (${rng.pick(VERSIONS)})` : title;
}

/** A title with at least one non-ASCII letter. */
export function accentedTitle(rng: Rng): string {
  return rng.chance(0.6) ? `${rng.pick(ACCENTED)} ${rng.pick(NOUNS)}` : `${rng.pick(NOUNS)} de ${rng.pick(ACCENTED)}`;
}

const TITLE_SHAPES: readonly (readonly [(rng: Rng) => string, number])[] = [
  [(rng) => `${rng.pick(ADJECTIVES)} ${rng.pick(NOUNS)}`, 26],
  [(rng) => `The ${rng.pick(NOUNS)} ${rng.pick(NOUNS)}`, 12],
  [(rng) => `${rng.pick(VERBS)} The ${rng.pick(NOUNS)}`, 14],
  [(rng) => `${rng.pick(VERBS)} My ${rng.pick(ADJECTIVES)} ${rng.pick(NOUNS)}`, 12],
  [(rng) => `${rng.pick(NOUNS)} Of The ${rng.pick(NOUNS)}`, 12],
  [(rng) => `${rng.pick(ADJECTIVES)} ${rng.pick(NOUNS)} In ${rng.pick(ADJECTIVES)} ${rng.pick(NOUNS)}`, 6],
  [(rng) => rng.pick(NOUNS), 4],
  [(rng) => `Don't ${rng.pick(VERBS)} (${rng.pick(VERBS)} Me)`, 3],
  [(rng) => `${rng.pick(NOUNS)}/${rng.pick(NOUNS)}`, 2],
  [(rng) => `"${rng.pick(ADJECTIVES)}" ${rng.pick(NOUNS)}`, 1],
  [(rng) => `${rng.pick(NOUNS)} No. ${1 + rng.below(12)}`, 3],
  [accentedTitle, 5],
];

/**
 * Seconds with up to five decimals, from whole hundred-thousandths: the division is exact to the last printed digit.
 */
export function drawDuration(rng: Rng): number {
  const units = rng.weighted(DURATION_SHAPES)(rng);
  // A whole number of seconds would be printed without a decimal point, which never occurs in the real files.
  return (units % 100_000 === 0 ? units + 1 : units) / 100_000;
}

const DURATION_SHAPES: readonly (readonly [(rng: Rng) => number, number])[] = [
  [(rng) => 9_000_000 + rng.below(11_000_000) + rng.below(11_000_000) + rng.below(11_000_000), 970],
  [(rng) => 1_500_000 + rng.below(8_000_000), 20],
  [(rng) => 42_000_000 + rng.skewed(217_000_000), 10],
];
