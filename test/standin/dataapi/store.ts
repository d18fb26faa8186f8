import { KNOWN, notFound } from './errors.ts';
import { isTerminal, type Part, type Statement } from './statement.ts';

/** What an Id names: a statement, or one part of a batch. */
export interface Found {
  readonly statement: Statement;
  readonly part: Part | undefined;
}

/** Every statement since the start. The service forgets them after a day; this one does not. */
export class Statements {
  readonly all: Statement[] = [];

  /** Finds `<id>` and `<id>:<n>`, n from 1. Throws ResourceNotFoundException. */
  find(id: string): Found {
    const [parent, n] = id.split(':');
    const statement = this.all.find((candidate) => candidate.id === parent);
    const part = statement?.submission.kind === 'batch' ? statement.parts[Number(n) - 1] : undefined;
    if (statement === undefined || (n !== undefined && part === undefined)) {
      throw notFound(KNOWN.unknownId, id);
    }
    return { statement, part };
  }

  /** How many are not over at a cluster or workgroup. */
  active(endpoint: string): number {
    return this.all.filter(({ status, submission: { target } }) => !isTerminal(status) && target.endpoint === endpoint)
      .length;
  }
}
