import type { Rng } from './random.ts';
import type { Level } from './users.ts';

/** Pages that a click on another page sends at once. */
export type Form = 'Login' | 'Logout' | 'Save Settings' | 'Submit Upgrade' | 'Submit Downgrade';
/** Pages to look at. */
export type View = 'Home' | 'Settings' | 'Help' | 'About' | 'Error' | 'Upgrade' | 'Downgrade';
export type Page = 'NextSong' | Form | View;

type Choices = readonly (readonly [Page, number])[];

/**
 * Forms are sent by PUT and answered by a redirect; views are fetched by GET; a play is a PUT that is answered at once.
 */
export function requestOf(page: Page): { readonly method: 'GET' | 'PUT'; readonly status: 200 | 307 | 404 } {
  if (page === 'NextSong') return PLAY;
  if (page === 'Error') return MISSING;
  return isForm(page) ? FORM : VIEW;
}

const PLAY = { method: 'PUT', status: 200 } as const;
const FORM = { method: 'PUT', status: 307 } as const;
const VIEW = { method: 'GET', status: 200 } as const;
const MISSING = { method: 'GET', status: 404 } as const;
const FORMS: ReadonlySet<Page> = new Set(['Login', 'Logout', 'Save Settings', 'Submit Upgrade', 'Submit Downgrade']);

export function isForm(page: Page): page is Form {
  return FORMS.has(page);
}

/** The start of a session. */
export interface Entrance {
  readonly page: Page;
  readonly loggedIn: boolean;
}

/** The page a session begins with. */
export function firstPage(rng: Rng): Entrance {
  return rng.weighted(FIRST_PAGES);
}

const FIRST_PAGES: readonly (readonly [Entrance, number])[] = [
  [{ page: 'NextSong', loggedIn: true }, 54],
  [{ page: 'Home', loggedIn: true }, 37],
  [{ page: 'Home', loggedIn: false }, 5],
  [{ page: 'Login', loggedIn: false }, 2],
];

/** The page after this one, for a user who is logged in or out when requesting it. */
export function nextPage(rng: Rng, page: Page, loggedIn: boolean, level: Level): Page {
  if (isForm(page)) return 'Home';
  if (!loggedIn) return rng.weighted(LOGGED_OUT);
  if (page === 'NextSong') return rng.weighted(level === 'paid' ? AFTER_PAID_PLAY : AFTER_FREE_PLAY);
  return rng.weighted(AFTER_VIEW[page]);
}

const LOGGED_OUT: Choices = [
  ['Login', 55],
  ['Home', 27],
  ['About', 12],
  ['Help', 6],
];

const AFTER_PLAY: Choices = [
  ['NextSong', 5778],
  ['Home', 150],
  ['Logout', 78],
  ['Settings', 33],
  ['Help', 32],
  ['About', 14],
  ['Error', 8],
];
const AFTER_PAID_PLAY: Choices = [...AFTER_PLAY, ['Downgrade', 58]];
const AFTER_FREE_PLAY: Choices = [...AFTER_PLAY, ['Upgrade', 110]];

/** For users who are logged in. */
const AFTER_VIEW: Readonly<Record<View, Choices>> = {
  Home: [
    ['NextSong', 900],
    ['Settings', 40],
    ['Logout', 19],
    ['Home', 12],
    ['About', 4],
  ],
  Settings: [
    ['NextSong', 55],
    ['Save Settings', 18],
    ['Home', 8],
    ['Settings', 7],
    ['Help', 7],
    ['Logout', 5],
  ],
  Help: [
    ['NextSong', 86],
    ['Home', 8],
    ['Help', 6],
  ],
  About: [
    ['NextSong', 45],
    ['Home', 40],
    ['About', 15],
  ],
  Error: [
    ['NextSong', 60],
    ['Home', 40],
  ],
  Upgrade: [
    ['Submit Upgrade', 42],
    ['Home', 28],
    ['NextSong', 20],
    ['Upgrade', 10],
  ],
  Downgrade: [
    ['NextSong', 68],
    ['Home', 20],
    ['Downgrade', 6],
    ['Submit Downgrade', 6],
  ],
};
