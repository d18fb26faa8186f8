import { KNOWN, notFound } from './errors.ts';
import type { Part, Statement } from './statement.ts';

/** What an Id identifies: a statement, or one part of a batch. */
export interface Found {
  readonly statement: Statement;
  readonly part: Part | undefined;
}

/** Every statement since the start. The service forgets them after a day; this store does not. */
export class Statements {
  readonly all: Statement[] = [];
  readonly #byId = new Map<string, Statement>();
  readonly #active = new Set<Statement>();

  add(statement: Statement): void {
    this.all.push(statement);
    this.#byId.set(statement.id, statement);
    this.#active.add(statement);
    statement.over.addEventListener('abort', () => this.#active.delete(statement));
  }

  /** Finds `<id>` and `<id>:<n>`, n from 1. Throws ResourceNotFoundException. */
  find(id: string): Found {
    const [parent = '', n] = id.split(':');
    const statement = this.#byId.get(parent);
    const part = statement?.submission.kind === 'batch' ? statement.parts[Number(n) - 1] : undefined;
    if (statement === undefined || (n !== undefined && part === undefined)) {
      throw notFound(KNOWN.unknownId, id);
    }
    return { statement, part };
  }

  /** How many statements of a cluster or workgroup have not ended. */
  active(endpoint: string): number {
    return [...this.#active].filter(({ submission: { target } }) => target.endpoint === endpoint).length;
  }
}
