import type { CopyStatement } from './copy-statement.ts';

/** What the backend must do for a statement besides running it. */
export type Plan =
  | {
      readonly kind:
        | 'query'
        | 'truncate'
        | 'lock'
        | 'begin'
        | 'commit'
        | 'rollback'
        | 'analyze'
        | 'vacuum'
        | 'none'
        | 'drop';
    }
  /** `writes` is the table to lock. */
  | { readonly kind: 'modify'; readonly writes: string }
  | {
      readonly kind: 'create';
      readonly table: string;
      readonly texts: readonly TextColumn[];
      readonly references: readonly string[];
    }
  /** `keys` are columns that it must have. */
  | { readonly kind: 'create-as'; readonly table: string; readonly keys: readonly string[] }
  | { readonly kind: 'copy'; readonly copy: CopyStatement }
  | { readonly kind: 'set'; readonly name: string; readonly value: string | undefined }
  | { readonly kind: 'show'; readonly name: string };

/** A VARCHAR column of a new table. */
export interface TextColumn {
  readonly name: string;
  readonly bytes: number;
}
