import type { Emit, PipelineEvent } from '../pipeline/events.ts';
import { bytes, count, counted, story, styledStory } from './output.ts';

const MILLISECONDS_BETWEEN = 100;

/** Tells a pipeline's story on stderr: progress in place on a terminal, plain lines elsewhere. */
export function reporter(): Emit {
  return process.stderr.isTTY === true ? terminalReporter() : (event) => tell(lineFor(event));
}

function tell(line: string | undefined): void {
  if (line !== undefined) {
    story(line);
  }
}

/** What is worth a line of its own. */
function lineFor(event: PipelineEvent): string | undefined {
  switch (event.type) {
    case 'listed':
      return `${event.table}: ${counted(event.files, 'file')} found${event.skipped === 0 ? '' : `, ${count(event.skipped)} others passed over`}`;
    case 'planned':
      return `to load: ${counted(event.files, 'file')} (${bytes(event.bytes)}); loaded already: ${count(event.known)}`;
    case 'moved':
      return `${event.table}: ${counted(event.files, 'file')} under a new name, not loaded again: ${event.first} was ${event.from}${andMore(event.files)}`;
    case 'copied':
      return `${styledStory('yellow', 'warning')}: ${event.table}: ${counted(event.files, 'new file')} with the content of a file that is loaded and still there: ${event.first}${andMore(event.files)}; loaded again, its rows win over later corrections`;
    case 'read':
      return event.files === event.of ? `${event.table}: read ${counted(event.records, 'record')}` : undefined;
    case 'committed':
      return `run ${event.run} of ${event.of} is loaded, and stays whatever becomes of the others`;
    case 'replaying':
      return `${counted(event.runs, 'run')} of the earlier tables will be made again, in their order (--no-replay loads everything in one)`;
    case 'uncounted':
      return `${styledStory('yellow', 'warning')}: all is committed, but the rows of the tables could not be counted: ${event.reason}`;
    case 'again':
      return `${styledStory('yellow', 'again')} (attempt ${event.attempt}): ${event.reason}`;
    case 'step':
      return undefined;
  }
}

function andMore(files: number): string {
  return files === 1 ? '' : `, and ${count(files - 1)} more`;
}

/** Lines as elsewhere, and below them what is going on now, which goes when the next line comes. */
function terminalReporter(): Emit {
  let shown = 0;
  return (event) => {
    const line = lineFor(event);
    const progress = progressFor(event);
    if (line !== undefined) {
      process.stderr.write('\r\u001b[K');
      story(line);
    } else if (progress !== undefined && Date.now() - shown >= MILLISECONDS_BETWEEN) {
      shown = Date.now();
      process.stderr.write(`\r\u001b[K${progress}`);
    }
    if (event.type === 'step' && event.done === event.of) {
      process.stderr.write('\r\u001b[K');
    }
  };
}

function progressFor(event: PipelineEvent): string | undefined {
  if (event.type === 'read') {
    return `${event.table}: ${count(event.files)} of ${counted(event.of, 'file')}, ${counted(event.records, 'record')}`;
  }
  return event.type === 'step' ? `step ${event.done} of ${event.of}: ${event.name}` : undefined;
}
