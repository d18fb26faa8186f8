import { andPassedOver } from '../objects/objects.ts';
import type { Activity, Emit, PipelineEvent } from '../pipeline/events.ts';
import { SYSTEM_TIMER, type Timer } from '../timer.ts';
import { type Described, describeActivity, isActivity, type Lasting } from './activity.ts';
import { bytes, count, counted, story, styledStory } from './output.ts';
import { clearProgress, showProgress } from './progress-line.ts';

/** Reports what a command does until it is stopped. */
export interface Reporter {
  readonly emit: Emit;
  /** Stops showing the current activity, and removes what is left of it on a terminal. */
  stop(): void;
}

/**
 * On a terminal, progress is shown in place and refreshed each second; elsewhere a line is printed from time to time.
 */
const TERMINAL_MILLISECONDS = 1000;
const HEARTBEAT_MILLISECONDS = 30_000;
/** Progress that arrives faster than this is not shown. */
const MILLISECONDS_BETWEEN = 100;

/** Starts reporting on stderr: events as lines, and the current activity. */
export function startReporter(timer: Timer = SYSTEM_TIMER): Reporter {
  const going = new Going(timer);
  // A dumb terminal, such as the shell of an editor, shows control characters instead of obeying them.
  const isTerminal = process.stderr.isTTY === true && process.env['TERM'] !== 'dumb';
  const beat = () => (isTerminal ? going.show() : going.heartbeat());
  const end = timer.every(isTerminal ? TERMINAL_MILLISECONDS : HEARTBEAT_MILLISECONDS, beat);
  let isStopped = false;
  return {
    emit: (event) => {
      const line = lineFor(event);
      if (line !== undefined) {
        story(line);
      }
      if (isActivity(event) && !isStopped) {
        going.begin(event);
        if (isTerminal) {
          going.showSoon();
        }
      }
    },
    stop: () => {
      isStopped = true;
      end();
      clearProgress();
    },
  };
}

/** The current activity, and when it started. */
class Going {
  readonly #timer: Timer;
  readonly #began: number;
  #activity: Lasting | undefined;
  #since: number;
  #shown = 0;

  constructor(timer: Timer) {
    this.#timer = timer;
    this.#began = timer.now();
    this.#since = this.#began;
  }

  begin(activity: Activity): void {
    if (activity.type === 'idle') {
      this.#activity = undefined;
      clearProgress();
      return;
    }
    if (this.#activity === undefined || nameOf(activity) !== nameOf(this.#activity)) {
      this.#since = this.#timer.now();
    }
    this.#activity = activity;
  }

  /** Shows it, unless it was shown just now. In that case the next refresh shows it. */
  showSoon(): void {
    if (this.#timer.now() - this.#shown >= MILLISECONDS_BETWEEN) {
      this.show();
    }
  }

  show(): void {
    const described = this.#describe();
    if (described !== undefined) {
      this.#shown = this.#timer.now();
      showProgress(described.words, described.time);
    }
  }

  heartbeat(): void {
    const described = this.#describe();
    if (described !== undefined) {
      story(`still running: ${described.words} ${described.time}`, new Date(this.#timer.now()));
    }
  }

  #describe(): Described | undefined {
    const now = this.#timer.now();
    const lasts = { milliseconds: now - this.#since, all: now - this.#began };
    return this.#activity && describeActivity(this.#activity, lasts);
  }
}

/** The part of an activity that does not change while it lasts. */
function nameOf(activity: Lasting): string {
  switch (activity.type) {
    case 'doing':
      return activity.what;
    case 'read':
    case 'sending':
      return `${activity.type} ${activity.table}`;
    case 'step':
      return `step ${activity.at}`;
    default:
      return activity.type;
  }
}

/** The line for an event that is printed on its own line. */
function lineFor(event: PipelineEvent): string | undefined {
  switch (event.type) {
    case 'listed':
      return describeListing(event);
    case 'planned':
      return `to load: ${counted(event.files, 'file')} (${bytes(event.bytes)}); loaded already: ${count(event.known)}`;
    case 'moved':
      return `${event.table}: ${counted(event.files, 'file')} under a new name, not loaded again: ${event.first} was ${event.from}${andMore(event.files)}`;
    case 'copied':
      return `${styledStory('yellow', 'warning')}: ${event.table}: ${counted(event.files, 'new file')} with the content of a file that is already loaded and still exists: ${event.first}${andMore(event.files)}; loaded again, its rows win over later corrections`;
    case 'read':
      return event.files === event.of ? `${event.table}: read ${counted(event.records, 'record')}` : undefined;
    case 'waiting':
      return event.for
        .map(({ name, by, since }) => `waiting for ${name} (${by})${since === '' ? '' : `, which began ${since} UTC`}`)
        .join('\n');
    case 'committed':
      return event.of === 1
        ? undefined
        : `run ${event.run} of ${event.of} is loaded, and stays even if a later run fails`;
    case 'replaying':
      return `${counted(event.runs, 'run')} of the earlier tables will be repeated, in their order (--no-replay loads everything in one run)`;
    case 'uncounted':
      return `${styledStory('yellow', 'warning')}: everything is committed, but the rows of the tables could not be counted: ${event.reason}`;
    case 'again':
      return `${styledStory('yellow', 'again')} (attempt ${event.attempt}): ${event.reason}`;
    default:
      return undefined;
  }
}

/** If nothing was found, a warning or an error names what is passed over. */
function describeListing({ table, files, passedOver }: Extract<PipelineEvent, { type: 'listed' }>): string {
  return `${table}: ${counted(files, 'file')} found${files === 0 ? '' : andPassedOver(passedOver)}`;
}

function andMore(files: number): string {
  return files === 1 ? '' : `, and ${count(files - 1)} more`;
}
