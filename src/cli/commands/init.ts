import { JSON_OPTION, toModule } from '../command.ts';

interface Args {
  readonly dir: string;
  readonly from: readonly string[];
  readonly key: readonly string[] | undefined;
  readonly json: boolean;
  readonly excerpts: boolean;
}

export const initCommand = toModule<Args>({
  command: 'init <dir>',
  describe: 'read all records of folders of JSON, and write a model with a dwh.cfg that loads them as it stands',
  positionals: { dir: { type: 'string', describe: 'the folder of the new model' } },
  options: {
    ...JSON_OPTION,
    from: {
      type: 'string',
      array: true,
      requiresArg: true,
      demandOption: true,
      describe: 'a folder or file with JSON records, here or s3://…; one source each',
    },
    key: {
      type: 'string',
      array: true,
      requiresArg: true,
      describe: 'the columns that identify a record: a,b or, with several sources, SOURCE=a,b',
    },
  },
  repeats: true,
  examples: [
    ['npm run init -- my-model --from data/orders', 'a model in my-model for the records below data/orders'],
    ['npm run init -- my-model --from data/orders --from data/customers', 'one with two sources'],
    ['npm run init -- my-model --from s3://my-bucket/events --key session,ts', 'records in S3, with a key'],
  ],
  run,
});

async function run({ dir, from, key = [], json, excerpts }: Args): Promise<void> {
  const { makeModel } = await import('../new-model.ts');
  const { printNewModel } = await import('../init-report.ts');
  const began = performance.now();
  const made = await makeModel(dir, { from, keys: key });
  printNewModel(made, { dir, json, excerpts, seconds: (performance.now() - began) / 1000 });
}
