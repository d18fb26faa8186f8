import type { Rng } from './random.ts';

/*
 * People, towns and browsers, composed of ordinary names and invented ones. The towns do not exist; the states do.
 */

const WOMEN = list(`
  Ada Alice Amelia Anna Beatrice Bella Carmen Cecilia Clara Daisy Delia Dora Edith Eleanor Elsa Emma Esther Eva Fiona
  Flora Gloria Grace Hannah Harriet Helen Ida Irene Isabel Ivy Jane Josephine Julia Karen Laura Leah Lena Lucy Mabel
  Margaret Maria Martha Mina Nadia Nina Nora Olga Olive Paula Petra Rosa Ruth Sarah Sonia Stella Tara Thea Ursula Vera
  Viola Wanda Yvonne Zoe`);

const MEN = list(`
  Aaron Adam Alan Albert Arthur Basil Ben Boris Carl Cesar Clive Conrad David Dennis Duncan Edgar Edwin Eric Felix
  Frank George Gilbert Harold Hector Henry Hugo Ian Isaac Ivan Jack James Joel John Karl Kevin Leo Lewis Luis Marcus
  Martin Max Miles Nathan Neil Oscar Otto Owen Paul Peter Philip Ralph Robert Roger Samuel Simon Stanley Theodore Tom
  Victor Walter`);

const FAMILIES = list(`
  Abbott Adler Archer Atkins Bailey Barlow Becker Bennett Blake Booth Brennan Burke Calloway Carver Castro Chandler
  Clarke Coleman Crawford Dalton Dawson Delgado Dixon Doyle Draper Dunn Eaton Ellison Farrell Fischer Fleming Forbes
  Foster Garcia Gibbs Graham Grant Greer Hale Hampton Hardy Hayes Holt Howell Hughes Ingram Jansen Jennings Keller
  Knight Kovacs Lambert Larson Lowell Maddox Marsh Mercer Monroe Moreno Morton Nash Newton Nolan Norris Novak Osborne
  Pacheco Palmer Parsons Pearce Pruitt Quinn Ramsey Reyes Rhodes Rowe Salazar Sawyer Schmidt Shelton Sloan Sutton
  Tanner Thorne Torres Tucker Underwood Vance Vargas Wagner Walsh Weaver Webb Whitaker Winters Wolfe Yates Young`);

const TOWN_STARTS = list(`
  Alder Ash Bell Birch Black Briar Bridge Brook Canter Cedar Clear Cold Cooper Crest Deer Eagle East Elm Fair Fern
  Flint Fox Glen Gold Gran Green Hart Hazel High Iron Juniper Kings Lake Lark Lime Long Maple Mill Moss North Oak
  Pine Quail Red Rock Rose Salt Sand Silver South Spring Stone Sun Thorn West Wild Winter Wolf`);
const TOWN_ENDS = list(
  'boro bury crest dale field ford gate grove ham haven hurst land ley mont port side ton view ville wood',
);
const STATES = list(`
  AL AR AZ CA CO CT FL GA IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC ND NE NH NJ NM NV NY OH OK OR PA RI SC SD TN
  TX UT VA VT WA WI WV WY`);

export function firstName(rng: Rng, gender: 'F' | 'M'): string {
  return rng.pick(gender === 'F' ? WOMEN : MEN);
}

export function lastName(rng: Rng): string {
  return rng.pick(FAMILIES);
}

export function townName(rng: Rng): string {
  return rng.pick(TOWN_STARTS) + rng.pick(TOWN_ENDS);
}

export function stateCode(rng: Rng): string {
  return rng.pick(STATES);
}

/** A metropolitan area of a listener: `City-City, ST`, a single city, or an area across two states. */
export function metroArea(rng: Rng): string {
  const towns = Array.from(
    {
      length: rng.weighted([
        [1, 35],
        [2, 40],
        [3, 25],
      ] as const),
    },
    () => townName(rng),
  );
  const states = rng.chance(0.12) ? `${stateCode(rng)}-${stateCode(rng)}` : stateCode(rng);
  return `${towns.join('-')}, ${states}`;
}

const WINDOWS = [
  'Windows NT 5.1',
  'Windows NT 6.0',
  'Windows NT 6.1; WOW64',
  'Windows NT 6.2; WOW64',
  'Windows NT 6.3; WOW64',
];
const MACS = [
  'Macintosh; Intel Mac OS X 10_8_5',
  'Macintosh; Intel Mac OS X 10_9_2',
  'Macintosh; Intel Mac OS X 10_10',
];
const LINUXES = ['X11; Linux x86_64', 'X11; Linux i686', 'X11; Ubuntu; Linux x86_64'];

/**
 * A browser's user agent. Those with a comma include quotation marks, as in the real log, which was once a CSV file.
 */
export function userAgent(rng: Rng): string {
  const system = rng.pick(
    rng.weighted([
      [WINDOWS, 5],
      [MACS, 4],
      [LINUXES, 2],
    ] as const),
  );
  const text = `Mozilla/5.0 (${rng.weighted([
    [chrome, 6],
    [firefox, 3],
    [safari, 2],
    [explorer, 1],
  ] as const)(rng, system)}`;
  return text.includes(',') ? `"${text}"` : text;
}

function chrome(rng: Rng, system: string): string {
  const version = `${33 + rng.below(6)}.0.${1700 + rng.below(400)}.${40 + rng.below(120)}`;
  return `${system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version} Safari/537.36`;
}

function firefox(rng: Rng, system: string): string {
  const version = 28 + rng.below(6);
  return `${system}; rv:${version}.0) Gecko/20100101 Firefox/${version}.0`;
}

function safari(rng: Rng): string {
  const build = `537.${70 + rng.below(9)}.${1 + rng.below(16)}`;
  const device = rng.chance(0.7) ? rng.pick(MACS) : `iPad; CPU OS 7_${rng.below(3)} like Mac OS X`;
  return `${device}) AppleWebKit/${build} (KHTML, like Gecko) Version/7.0.${rng.below(7)} Safari/${build}`;
}

function explorer(rng: Rng): string {
  const version = 8 + rng.below(3);
  return `compatible; MSIE ${version}.0; ${rng.pick(WINDOWS)}; Trident/${version - 4}.0)`;
}

function list(words: string): readonly string[] {
  return words.trim().split(/\s+/);
}
