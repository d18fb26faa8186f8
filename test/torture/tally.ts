/** What a run of the torture did to an engine, and what came of it. */
export class Tally {
  readonly engine: string;
  /** How often a kill hit each step. */
  readonly kills = new Map<string, number>();
  /** How often each fault was made, and with what end. */
  readonly faults = new Map<string, number>();
  readonly differences: string[] = [];
  restarts = 0;
  comparisons = 0;
  rows = 0;
  /** The slowest `status` while others worked. */
  slowestStatus = 0;
  statusAnswers = 0;

  constructor(engine: string) {
    this.engine = engine;
  }

  kill(step: string): void {
    add(this.kills, step);
  }

  fault(what: string): void {
    add(this.faults, what);
  }

  status(milliseconds: number): void {
    this.statusAnswers += 1;
    this.slowestStatus = Math.max(this.slowestStatus, milliseconds);
  }

  /** Notes what differed after something; nothing when all agreed. */
  compared(after: string, rows: number, found: readonly string[]): void {
    this.comparisons += 1;
    this.rows += rows;
    this.wrong(after, found);
  }

  wrong(after: string, found: readonly string[]): void {
    this.differences.push(...found.map((text) => `after ${after}: ${text}`));
  }

  get killed(): number {
    return sum(this.kills);
  }
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, one) => total + one, 0);
}

/** The tally as text, for people. */
export function render(tally: Tally, seconds: number): string {
  const { engine, killed, restarts, comparisons, rows, faults, differences } = tally;
  return [
    `${engine}: ${killed} kills, ${sum(faults)} faults, ${restarts} restarts, ${comparisons} comparisons of ${rows} rows, ${differences.length} differences; ${seconds.toFixed(0)} s`,
    ...(tally.statusAnswers === 0
      ? []
      : [
          `  status answered ${tally.statusAnswers} times meanwhile, in ${Math.round(tally.slowestStatus)} ms at the longest`,
        ]),
    '  kills hit',
    ...histogram(tally.kills),
    '  faults, and how the load ended',
    ...histogram(faults),
    ...differences.slice(0, 20).map((text) => `  DIFFERENCE ${text}`),
  ].join('\n');
}

function histogram(counts: ReadonlyMap<string, number>): readonly string[] {
  const most = Math.max(1, ...counts.values());
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, n]) => `    ${String(n).padStart(4)} ${'█'.repeat(Math.ceil((n / most) * 20)).padEnd(20)} ${name}`);
}
