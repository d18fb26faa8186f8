import type { SourceObject } from '../../src/objects/objects.ts';
import type { S3Options } from '../../src/objects/s3/client.ts';
import type { S3Store } from '../../src/objects/s3/store.ts';
import { type S3Bench, withS3 } from '../../standin/s3-place.ts';

export async function listAll(store: S3Store, root: string): Promise<SourceObject[]> {
  const found: SourceObject[] = [];
  for await (const { objects } of store.list(root)) {
    found.push(...objects);
  }
  return found;
}

export async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const read: Uint8Array[] = [];
  for await (const chunk of chunks) {
    read.push(chunk);
  }
  return Buffer.concat(read);
}

/** One file of 300,000 bytes, listed. */
export async function withFile(
  action: (bench: S3Bench & { object: SourceObject; content: Buffer }) => Promise<void>,
  options: S3Options = {},
) {
  await withS3(async (bench) => {
    const content = Buffer.from(Array.from({ length: 300_000 }, (_, at) => at % 251));
    bench.server.put('b', 'd/x.json', content);
    const [object] = await listAll(bench.store, 's3://b/d');
    await action({ ...bench, object: object as SourceObject, content });
  }, options);
}

/** Runs the action with these variables and no others of AWS. */
export async function withEnvironment(
  variables: Readonly<Record<string, string>>,
  action: () => Promise<void>,
): Promise<void> {
  const before = { ...process.env };
  const ours = Object.keys(process.env).filter((name) => name.startsWith('AWS_'));
  for (const name of ours) delete process.env[name];
  Object.assign(process.env, variables);
  try {
    await action();
  } finally {
    for (const name of Object.keys(variables)) delete process.env[name];
    Object.assign(process.env, before);
  }
}
