import type { RunningBatch } from '../warehouse/warehouse.ts';

/** What a pipeline begins to do now. It goes on until the next of these. */
export type Activity =
  /** Something that takes a while, in words; `done` of `of` where it can be counted. */
  | { readonly type: 'doing'; readonly what: string; readonly done?: number; readonly of?: number | undefined }
  /** Files of a source are read; `files` of them have been. */
  | {
      readonly type: 'read';
      readonly table: string;
      readonly files: number;
      readonly of: number;
      readonly bytes: number;
      readonly ofBytes: number;
      readonly records: number;
    }
  /** Parts are brought to where the warehouse reads them. */
  | { readonly type: 'sending'; readonly table: string; readonly done: number; readonly of: number }
  | { readonly type: 'submitted'; readonly by: string }
  | { readonly type: 'locking' }
  | { readonly type: 'step'; readonly name: string; readonly at: number; readonly of: number }
  | { readonly type: 'committing' }
  /** Nothing that takes long. */
  | { readonly type: 'idle' };

/** What a pipeline tells while it works. Reporters of the CLI render it; nothing in the pipeline prints. */
export type PipelineEvent =
  | Activity
  /** A transaction is prepared that has this id. */
  | { readonly type: 'run'; readonly id: string }
  /** The batch waits until these have ended, or give a lock back. */
  | { readonly type: 'waiting'; readonly for: readonly RunningBatch[] }
  | { readonly type: 'listed'; readonly table: string; readonly files: number; readonly skipped: number }
  | { readonly type: 'planned'; readonly files: number; readonly bytes: number; readonly known: number }
  | {
      readonly type: 'moved';
      readonly table: string;
      readonly files: number;
      readonly first: string;
      readonly from: string;
    }
  | { readonly type: 'copied'; readonly table: string; readonly files: number; readonly first: string }
  | { readonly type: 'replaying'; readonly runs: number }
  /** Run `run` of `of` of a load, or what else has the id. */
  | { readonly type: 'committed'; readonly id: string; readonly run: number; readonly of: number }
  | { readonly type: 'uncounted'; readonly reason: string }
  | { readonly type: 'again'; readonly reason: string; readonly attempt: number };

/** Takes a pipeline's events. */
export type Emit = (event: PipelineEvent) => void;
