import { PURPOSE, scatter, streamOf } from '../random.ts';
import { ADJECTIVES, NOUNS } from '../words.ts';

const PAIRS = ADJECTIVES.length * NOUNS.length;

/** Distinguishes the permutations of word pairs: accounts and organizations share one space of names. */
const VARIANT = 77;

/**
 * The login of an account or organization: letters, digits and single hyphens, at most 39 characters, as GitHub has them. The
 * same number has the same login; two numbers have two, whatever the case of their letters.
 */
export function loginOf(seed: number, number: number): string {
  const pair = scatter(seed, VARIANT, PAIRS)(number % PAIRS);
  const adjective = ADJECTIVES[pair % ADJECTIVES.length] as string;
  const noun = NOUNS[Math.floor(pair / ADJECTIVES.length)] as string;
  const cycle = Math.floor(number / PAIRS);
  const suffix = cycle === 0 ? '' : String(cycle);
  const lower = [adjective.toLowerCase(), noun.toLowerCase()];
  const styles = [lower.join('-'), `${adjective}${noun}`, lower.join('')];
  return `${streamOf(seed, PURPOSE.account, number).pick(styles)}${suffix}`;
}

const ENDINGS = ['', '', '', '-api', '-cli', '.js', '_py', '.github.io', '-rs', '-docs', '--', '.', '-2024', '_v1.0'];

/** The name of a repository, without its owner: letters, digits, dots, hyphens and underscores. A few are nothing else. */
export function repositoryNameOf(seed: number, number: number): string {
  const rng = streamOf(seed, PURPOSE.repository, number);
  if (rng.chance(0.03)) return rng.pick(['.github', 'dotfiles', '-', '_', 'a', '1']);
  return `${rng.pick(NOUNS).toLowerCase()}${rng.chance(0.3) ? `-${rng.pick(NOUNS).toLowerCase()}` : ''}${rng.pick(ENDINGS)}`;
}
