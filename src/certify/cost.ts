import { UsageError } from '../errors.ts';

/** The price of one RPU for an hour, in US dollars (us-east-1, March 2026). */
export const RPU_HOUR = 0.375;
/** The shortest time that Serverless bills, in seconds (Management Guide, Billing for Amazon Redshift Serverless). */
const SHORTEST_SECONDS = 60;
/** The part of the paid time that is reserved to stop what is running and to drop the schema, in seconds. */
const CLEANING_SECONDS = 20;

/** The limits of a certification. */
export interface Limits {
  readonly minutes: number;
  readonly maxDollars: number;
  /** The price of one RPU for an hour, in US dollars. */
  readonly price: number;
  /** The base capacity of a workgroup; undefined if not given. */
  readonly rpus: number | undefined;
}

/** When a certification stops itself. */
export interface Bound {
  readonly seconds: number;
  /** The maximum cost; undefined on a cluster, which costs the same without a certification. */
  readonly dollars: number | undefined;
}

/**
 * How long a certification may take: the given minutes and, on Serverless, no longer than its dollars pay for. Throws
 * UsageError if they do not pay for the shortest billed time, or if the price of a minute is unknown.
 */
export function boundOf(kind: 'cluster' | 'workgroup', { minutes, maxDollars, price, rpus }: Limits): Bound {
  const seconds = Math.floor(minutes * 60);
  if (kind === 'cluster') {
    return { seconds, dollars: undefined };
  }
  if (rpus === undefined) {
    throw new UsageError('certify does not know what a minute of this workgroup costs', {
      next: 'Add --rpus N, its base capacity: the console shows it, and so does aws redshift-serverless get-workgroup.',
    });
  }
  const perSecond = (rpus * price) / 3600;
  const paidSeconds = maxDollars / perSecond;
  if (paidSeconds < SHORTEST_SECONDS) {
    const least = Math.ceil(perSecond * SHORTEST_SECONDS * 100) / 100;
    throw new UsageError(
      `the shortest time that Serverless bills, ${SHORTEST_SECONDS} seconds, costs $${money(least)} with ${rpus} RPUs`,
      {
        next: `Lower the workgroup's base capacity during the test, or raise the limit: --max-dollars ${money(least)}.`,
      },
    );
  }
  const bounded = Math.min(seconds, Math.floor(paidSeconds - CLEANING_SECONDS));
  return { seconds: bounded, dollars: perSecond * Math.max(SHORTEST_SECONDS, bounded + CLEANING_SECONDS) };
}

/** What a certification does and its maximum cost, for display. */
export function costOf({ seconds, dollars }: Bound, limits: Limits, hasWorkPrefix: boolean): readonly string[] {
  return [
    'certify creates a schema starload_certify_…, runs its tests there, and drops it; if it is killed, the next certify cleans up',
    `it takes a few minutes, and stops after ${timeOf(seconds)}; no table of yours is read or written`,
    dollars === undefined ? 'cost: none on a cluster, only load' : serverlessCost(dollars, limits),
    ...(hasWorkPrefix
      ? []
      : ['without WORK_PREFIX nothing can be copied: tests of values and the trial load are skipped']),
  ];
}

function serverlessCost(dollars: number, { rpus, price }: Limits): string {
  return `cost: at most $${money(dollars)}, at ${rpus} RPUs (--rpus) and $${price} an RPU-hour (--price), ${CLEANING_SECONDS} seconds for cleaning up included; --max-dollars sets the limit`;
}

/** `15 minutes`, `55 seconds`, `2 minutes 15 seconds`. */
export function timeOf(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 60), 'minute'],
    [seconds % 60, 'second'],
  ] as const;
  const texts = parts.filter(([n]) => n > 0).map(([n, unit]) => `${n} ${unit}${n === 1 ? '' : 's'}`);
  return texts.join(' ') || '0 seconds';
}

function money(dollars: number): string {
  return dollars.toFixed(2);
}
