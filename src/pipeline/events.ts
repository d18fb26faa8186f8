/** What a pipeline tells while it works. Reporters of the CLI render it; nothing in the pipeline prints. */
export type PipelineEvent =
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
  | {
      readonly type: 'read';
      readonly table: string;
      readonly files: number;
      readonly of: number;
      readonly records: number;
    }
  | {
      readonly type: 'step';
      readonly name: string;
      readonly affected: number;
      readonly done: number;
      readonly of: number;
    }
  | { readonly type: 'replaying'; readonly runs: number }
  | { readonly type: 'committed'; readonly run: number; readonly of: number }
  | { readonly type: 'uncounted'; readonly reason: string }
  | { readonly type: 'again'; readonly reason: string; readonly attempt: number };

/** Takes a pipeline's events. */
export type Emit = (event: PipelineEvent) => void;
