import type { Model } from '../sql/catalogue.ts';

/** Tries a model in memory (doctor/model.ts). Returns the number of its statements; throws StarloadError if some cannot run. */
export async function tryInMemory(model: Model): Promise<number> {
  const { tryModel } = await import('../doctor/model.ts');
  const { openInMemory } = await import('../warehouse/open.ts');
  return tryModel(model, () => openInMemory([]));
}
