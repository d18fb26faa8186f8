import { toModule, WAREHOUSE_OPTIONS, type WarehouseArgs } from '../command.ts';
import { compose } from '../compose.ts';

interface Args extends WarehouseArgs {
  readonly data?: string;
  readonly histories: number;
  readonly seed: number;
  readonly shrink: number;
}

export const proveCommand = toModule<Args>({
  command: 'prove',
  describe: 'try random histories of loads: does each leave what one rebuild gives? exits with 3 when one does not',
  options: {
    ...WAREHOUSE_OPTIONS,
    data: {
      type: 'string',
      requiresArg: true,
      describe: "folder with a folder for each source, its name in small letters, instead of dwh.cfg's sources",
    },
    histories: { type: 'number', requiresArg: true, default: 100, describe: 'how many histories to try' },
    seed: { type: 'number', requiresArg: true, default: 1, describe: 'another seed tries other histories' },
    shrink: {
      type: 'number',
      requiresArg: true,
      default: 60,
      describe: 'how many seconds to look for a smaller history where one goes wrong',
    },
  },
  examples: [
    ['npm run prove', "with the records of dwh.cfg's sources, in an embedded DuckDB"],
    ['npm run prove -- --model my-model --data my-files --histories 500', 'another model, its files, more histories'],
  ],
  run,
});

async function run({ config: file, model, data, json, excerpts = true, histories, seed, shrink }: Args): Promise<void> {
  const { readConfig } = await import('../../config/read.ts');
  const { configOfData } = await import('../../config/data-folder.ts');
  const { openInMemory } = await import('../../warehouse/open.ts');
  const { prove } = await import('../../prove/prove.ts');
  const { assertProvable, printProof } = await import('../proof-report.ts');
  const options = { histories, seed, shrinking: shrink * 1000 };
  assertProvable(options);
  const config =
    data === undefined ? await readConfig(file, process.env, model) : await configOfData(data, process.env, model);
  await compose(config, async ({ model, sources, stores, spoolRoot, watching, emit }) => {
    const openWarehouse = () => openInMemory([spoolRoot]);
    const { signal } = await watching;
    const context = { model, sources, storeOf: stores.storeOf, spoolRoot, emit, signal };
    const proof = await prove({ context, openWarehouse }, options);
    emit({ type: 'idle' });
    printProof(proof, { json, excerpts });
  });
}
