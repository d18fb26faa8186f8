import type { PassedOver } from '../objects/objects.ts';
import type { RunningBatch } from '../warehouse/warehouse.ts';

/** What a pipeline starts to do. It lasts until the next activity. */
export type Activity =
  /** A long operation, described in `what`; `done` of `of` if it can be counted. */
  | { readonly type: 'doing'; readonly what: string; readonly done?: number; readonly of?: number | undefined }
  /** Files of a source are being read; `files` have been read so far. */
  | {
      readonly type: 'read';
      readonly table: string;
      readonly files: number;
      readonly of: number;
      readonly bytes: number;
      readonly ofBytes: number;
      readonly records: number;
    }
  /** Parts are being sent to where the warehouse reads them. */
  | { readonly type: 'sending'; readonly table: string; readonly done: number; readonly of: number }
  | { readonly type: 'submitted'; readonly by: string }
  | { readonly type: 'locking' }
  | { readonly type: 'step'; readonly name: string; readonly at: number; readonly of: number }
  | { readonly type: 'committing' }
  /** Nothing that takes long. */
  | { readonly type: 'idle' };

/** What a pipeline reports while it works. The CLI's reporters render it; the pipeline itself prints nothing. */
export type PipelineEvent =
  | Activity
  /** A transaction with this id is being prepared. */
  | { readonly type: 'run'; readonly id: string }
  /** The batch waits until these have ended or released a lock. */
  | { readonly type: 'waiting'; readonly for: readonly RunningBatch[] }
  | {
      readonly type: 'listed';
      readonly table: string;
      readonly files: number;
      readonly passedOver: PassedOver | undefined;
    }
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
  /** Run `run` of `of` of a load has committed, or another transaction with this id. */
  | { readonly type: 'committed'; readonly id: string; readonly run: number; readonly of: number }
  | { readonly type: 'uncounted'; readonly reason: string }
  | { readonly type: 'again'; readonly reason: string; readonly attempt: number };

/** Takes a pipeline's events. */
export type Emit = (event: PipelineEvent) => void;
