import type { ParameterName } from './parameters.ts';

/** List prices in US dollars, on demand. Other regions differ: `--price` takes the one that holds. */
const PRICES = {
  asOf: 'March 2026',
  region: 'us-east-1',
  rpuHour: 0.375,
  nodeHour: {
    'ra3.large': 0.543,
    'ra3.xlplus': 1.086,
    'ra3.4xlarge': 3.26,
    'ra3.16xlarge': 13.04,
    'dc2.large': 0.25,
  } as Readonly<Record<string, number>>,
  storageGigabyteMonth: 0.024,
} as const;

/** Serverless bills what it is awake, and each time for this long at least. */
const LEAST_SECONDS = 60;
const HOURS_PER_MONTH = 730;

/** What a warehouse costs, in US dollars. */
export interface Cost {
  /** Of one RPU or one node, for an hour; null if not known. */
  readonly price: number | null;
  /** Where the price is from. */
  readonly basis: string;
  /** Serverless: the shortest load; null on a cluster. */
  readonly leastPerRun: number | null;
  /** A cluster at all times; Serverless at its maximum capacity, nothing while it is idle. */
  readonly mostPerHour: number | null;
  /** A cluster that is never paused; null on Serverless, where it depends on use. */
  readonly perMonth: number | null;
  readonly storageGigabyteMonth: number;
}

/** Estimates what a warehouse with these parameters costs. `price` outranks the list. */
export function estimate(parameters: Readonly<Record<ParameterName, string>>, price?: number): Cost {
  const isServerless = parameters.Engine === 'serverless';
  const listed = isServerless ? PRICES.rpuHour : (PRICES.nodeHour[parameters.NodeType] ?? null);
  const unit = price ?? listed;
  const times = (count: number) => (unit === null ? null : round(unit * count));
  const units = Number(isServerless ? parameters.MaxCapacity : parameters.NodeCount);
  return {
    price: unit,
    basis: price === undefined ? `list prices of ${PRICES.region}, ${PRICES.asOf}` : 'the price given',
    leastPerRun: isServerless ? times((Number(parameters.BaseCapacity) * LEAST_SECONDS) / 3600) : null,
    mostPerHour: times(units),
    perMonth: isServerless ? null : times(units * HOURS_PER_MONTH),
    storageGigabyteMonth: PRICES.storageGigabyteMonth,
  };
}

function round(dollars: number): number {
  return Math.round(dollars * 10_000) / 10_000;
}
