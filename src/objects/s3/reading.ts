import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { StarloadError } from '../../errors.ts';
import type { S3Clients } from './client.ts';
import { explain, isChanged, isMissing, staleError } from './errors.ts';
import type { S3Object } from './object.ts';

/** How often an interrupted stream is resumed. The SDK retries requests that fail from the start. */
const MOST_RESUMES = 3;
const FIRST_PAUSE_MILLISECONDS = 200;

/** A file's bytes, of the listed version only. An interrupted stream continues from the byte it had reached. */
export async function* readObject(clients: S3Clients, object: S3Object): AsyncIterable<Uint8Array> {
  let reached = 0;
  for (let resumes = 0; ; resumes += 1) {
    const body = await open(clients, object, reached);
    try {
      for await (const chunk of body) {
        reached += chunk.length;
        checkLength(object, reached);
        yield chunk;
      }
      throw new Error(`the connection ended after ${reached} of ${object.size} bytes`);
    } catch (error) {
      if (reached === object.size) return;
      if (resumes === MOST_RESUMES || reached > object.size) {
        throw explain(error, { action: 'read', uri: object.uri, bucket: object.bucket });
      }
    }
    await sleep(FIRST_PAUSE_MILLISECONDS * 2 ** resumes);
  }
}

/** Files read ahead are held in memory, trusting the size in the listing. */
function checkLength({ uri, size }: S3Object, reached: number): void {
  if (reached > size) {
    throw new StarloadError(`cannot read ${uri}: S3 sends more than the ${size} bytes it listed`, {
      next: 'Run again. If the error persists, the server changes the content it sends (Content-Encoding): upload the file without that.',
    });
  }
}

async function open(clients: S3Clients, { bucket, key, uri, version }: S3Object, from: number): Promise<Readable> {
  try {
    const client = await clients.of(bucket);
    const range = from === 0 ? {} : { Range: `bytes=${from}-` };
    const answer = await client.getObject({ Bucket: bucket, Key: key, IfMatch: `"${version}"`, ...range });
    if (answer.ETag !== undefined && answer.ETag.replaceAll('"', '') !== version) {
      throw staleError(uri, new Error(`S3 answered with the version ${answer.ETag}`));
    }
    return bodyOf(answer, from);
  } catch (error) {
    // A missing bucket is not a stale file.
    const isStale = isChanged(error) || (isMissing(error) && (error as Error).name !== 'NoSuchBucket');
    throw isStale ? staleError(uri, error) : explain(error, { action: 'read', uri, bucket });
  }
}

function bodyOf({ Body, ContentRange }: GetObjectCommandOutput, from: number): Readable {
  if (from > 0 && !ContentRange?.startsWith(`bytes ${from}-`)) {
    throw new Error(`S3 returned other bytes than those requested from ${from}`);
  }
  return Body as Readable;
}
