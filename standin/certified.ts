import type { CertifiedDocument } from '../src/certify/document.ts';
import type { StandinOptions } from './standin.ts';

/**
 * One choice of the stand-in that a probe's answer settles, for example `dataApi.uncertain.afterFailure`, and its values.
 */
interface Choice {
  readonly of: 'dataApi' | 'values' | 'engine';
  readonly name: string;
  readonly values: Readonly<Record<string, string | boolean>>;
}

/** The choices that a certification settles, by the name of the probe. */
export const CHOICES: Readonly<Record<string, Choice>> = {
  same_token: {
    of: 'dataApi',
    name: 'sameTokenOtherRequest',
    values: { refused: 'validation-error', first_answer: 'reuse' },
  },
  after_failure: {
    of: 'dataApi',
    name: 'afterFailure',
    values: { ABORTED: 'ABORTED', FAILED: 'FAILED', SUBMITTED: 'SUBMITTED' },
  },
  batch_error: { of: 'dataApi', name: 'batchError', values: { numbered: 'numbered', plain: 'plain' } },
  earlier_results: {
    of: 'dataApi',
    name: 'earlierResults',
    values: { readable: 'readable', unreadable: 'unreadable' },
  },
  auto_commit_failure: { of: 'dataApi', name: 'autoCommitFailure', values: { FAILED: 'FAILED', FINISHED: 'FINISHED' } },
  timestamp_text: { of: 'dataApi', name: 'zeroFraction', values: { with_fraction: true, without_fraction: false } },
  aborted_error: { of: 'dataApi', name: 'abortedError', values: { told: true, absent: false } },
  failed_copy_id: { of: 'dataApi', name: 'failedCopyId', values: { withheld: 'withheld', told: 'told' } },
  error_view: {
    of: 'values',
    name: 'errorView',
    values: { sys_load_error_detail: 'sys_load_error_detail', stl_load_errors: 'stl_load_errors' },
  },
  fraction: { of: 'values', name: 'fraction', values: { refused: 'refuse', truncated: 'truncate' } },
  exponent: { of: 'values', name: 'exponent', values: { refused: 'refuse', taken: 'accept' } },
  nul: { of: 'values', name: 'nul', values: { refused: 'refuse', ends: 'end' } },
  number_text: { of: 'values', name: 'numberText', values: { as_written: 'as-written', normalised: 'normalised' } },
  epoch_fraction: { of: 'values', name: 'epochFraction', values: { refused: 'refuse', taken: 'accept' } },
  cast_error: { of: 'values', name: 'castError', values: { with_text: 'syntax', without_text: 'digit' } },
  lock_snapshot: { of: 'engine', name: 'snapshotAt', values: { after: 'after-lock', before: 'begin' } },
  same_row: {
    of: 'engine',
    name: 'isolation',
    values: { snapshot_conflict: 'SNAPSHOT', serialization_1023: 'SERIALIZABLE' },
  },
};

/**
 * The options that make the stand-in answer as a certified warehouse did. An answer without a matching choice changes
 * nothing.
 */
export function optionsOf({ format, answers, engine }: CertifiedDocument): StandinOptions {
  if (format !== 1) {
    throw new Error('not a document of npm run certify');
  }
  const chosen = { dataApi: {}, values: {}, engine: {} } as Record<Choice['of'], Record<string, string | boolean>>;
  for (const [probe, { of, name, values }] of Object.entries(CHOICES)) {
    const value = values[answers[probe] ?? ''];
    if (value !== undefined) {
      chosen[of][name] = value;
    }
  }
  // STL views belong to a provisioned cluster (page "STL views for logging").
  const behind = { ...chosen.engine, uncertain: chosen.values, stl: engine.kind === 'cluster' };
  return { dataApi: { uncertain: chosen.dataApi }, engine: behind } as StandinOptions;
}
