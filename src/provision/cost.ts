import type { ParameterName } from './parameters.ts';

/** On-demand list prices in US dollars. Other regions differ: `--price` takes the valid price. */
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

/** Serverless bills the time it is active, and at least this long each time. */
const LEAST_SECONDS = 60;
const HOURS_PER_MONTH = 730;

/** The cost of a warehouse, in US dollars. */
export interface Cost {
  /** The price of one RPU or one node for an hour; null if unknown. */
  readonly price: number | null;
  /** The source of the price. */
  readonly basis: string;
  /** For Serverless, the cost of the shortest load; null on a cluster. */
  readonly leastPerRun: number | null;
  /** For a cluster, its cost at all times; for Serverless, at its maximum capacity, with no cost while idle. */
  readonly mostPerHour: number | null;
  /** For a cluster that is never paused; null on Serverless, where it depends on use. */
  readonly perMonth: number | null;
  readonly storageGigabyteMonth: number;
}

/** Estimates the cost of a warehouse with these parameters. `price` takes precedence over the list. */
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
