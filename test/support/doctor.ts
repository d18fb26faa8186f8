import type { CheckResult } from '../../src/doctor/checks.ts';
import type { Examination } from '../../src/doctor/examination.ts';
import { examine } from '../../src/doctor/examine.ts';
import type { Loader } from './loader.ts';
import { override } from './trials.ts';

/** An examination of the loader's own warehouse, which stays open. */
export function examinationOf({ context }: Loader, changes: Partial<Examination> = {}): Examination {
  const { model, sources, storeOf, spoolRoot, signal, warehouse } = context;
  const open = async () => override(warehouse, { close: async () => {} });
  const nothing = { aws: undefined, work: undefined, folders: [] };
  return { model, sources, storeOf, spoolRoot, signal, open, ...nothing, deep: true, ...changes };
}

/** What one check says. */
export async function checkOf(loader: Loader, name: string): Promise<CheckResult | undefined> {
  return (await examine(examinationOf(loader, { deep: false }), () => {})).find(({ check }) => check === name);
}
