import type { Cost } from '../provision/cost.ts';
import type { Change } from '../provision/outcome.ts';
import type { ParameterName } from '../provision/parameters.ts';
import type { Proposal } from '../provision/stacks.ts';
import { asStarted } from './command-line.ts';
import { document, result, story, styledStory } from './output.ts';
import { type StackArgs, tellChanges } from './stack.ts';
import { renderTable } from './table.ts';

type Parameters = Readonly<Record<ParameterName, string>>;

/** The result of provision. */
export interface Provisioning {
  readonly status: 'planned' | 'created' | 'changed' | 'up_to_date';
  readonly region: string;
  readonly changes: readonly Change[];
  readonly cost: Cost;
  readonly outputs: Readonly<Record<string, string>>;
  /** The keys of dwh.cfg that were written. */
  readonly written: readonly string[];
}

/** Prints what a proposal would do. */
export function tellProposal({ stack, isNew, changes }: Proposal, region: string): void {
  story(`the stack ${stack} in ${region} will be ${isNew ? 'created' : 'changed'}:`);
  tellChanges(changes);
}

/** Prints what a warehouse costs, and which features its region lacks. */
export function tellCost(cost: Cost, parameters: Parameters, missing: readonly string[]): void {
  for (const line of cost.price === null ? unknownCost(parameters) : costLines(cost, parameters)) {
    story(line);
  }
  story(`      storage $${cost.storageGigabyteMonth} per GB and month, without S3; by ${cost.basis}`);
  if (parameters.AlarmEmail === '') {
    story(`${styledStory('yellow', 'warning')}: without --email there is no mail about costs`);
  }
  for (const message of missing) {
    story(`${styledStory('yellow', 'warning')}: ${message}`);
  }
}

/** Warns that the warehouse exists, but no user or role was given the right to load into it. */
export function warnOfNobody(): void {
  story(
    `${styledStory('yellow', 'warning')}: only administrators can load: use --users or --roles to give others the policy`,
  );
}

function unknownCost({ NodeType }: Parameters): string[] {
  return [`cost: the price of ${NodeType} is not known; give it with --price`];
}

function costLines({ price, leastPerRun, mostPerHour, perMonth }: Cost, parameters: Parameters): string[] {
  const { Engine, BaseCapacity, MaxCapacity, NodeType, NodeCount } = parameters;
  if (Engine === 'cluster') {
    return [
      `cost: $${money(mostPerHour)} an hour, used or not (${NodeCount} ${NodeType} at $${price}),`,
      `      $${money(perMonth)} a month unless it is paused`,
    ];
  }
  return [
    `cost: $${money(leastPerRun)} at least for a load (${BaseCapacity} RPUs for 60 s, at $${price} per RPU-hour),`,
    `      $${money(mostPerHour)} at most for an hour (${MaxCapacity} RPUs); nothing while it is idle`,
  ];
}

function money(dollars: number | null): string {
  return (dollars ?? 0).toFixed(2);
}

const WORDS = {
  planned: 'nothing was done',
  created: 'created',
  changed: 'changed',
  up_to_date: 'nothing to change',
} as const;

function costForJson(cost: Cost) {
  return {
    price: cost.price,
    basis: cost.basis,
    least_per_run: cost.leastPerRun,
    most_per_hour: cost.mostPerHour,
    per_month: cost.perMonth,
    storage_gb_month: cost.storageGigabyteMonth,
  };
}

/** Prints the outcome for the stack and for dwh.cfg. */
export function printProvisioning(report: Provisioning, { stack, config, json }: StackArgs): void {
  const { status, region, changes, cost, outputs, written } = report;
  if (json) {
    const head = { command: 'provision', status, stack, region };
    document({ ...head, changes, cost: costForJson(cost), outputs, config: { file: config, written } });
    return;
  }
  result(`stack ${stack} in ${region}: ${WORDS[status]}`);
  if (status === 'planned') return;
  result(`\n${renderTable(['output', 'value'], Object.entries(outputs).sort())}`);
  result(`\n${config}: ${written.length === 0 ? 'is already up to date' : `changed ${written.join(', ')}`}`);
  story(`${styledStory('cyan', 'next')}: ${asStarted('npm run check, npm run create-tables, npm run etl')}`);
}
