/**
 * Runs an action for each item, with limited concurrency, and returns the results in the items' order. After the first
 * failure it starts nothing more, awaits running work and throws the failure.
 */
export async function mapAtOnce<Item, Result>(
  items: readonly Item[],
  most: number,
  action: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const left = [...items.entries()];
  const workers = Array.from({ length: Math.min(most, items.length) }, async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [index, item] = next;
      try {
        results[index] = await action(item, index);
      } catch (error) {
        left.length = 0;
        throw error;
      }
    }
  });
  const ended = await Promise.allSettled(workers);
  const failure = ended.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined;
  if (failure !== undefined) throw failure.reason;
  return results;
}
