import { S3Clients, type S3Options } from '../src/objects/s3/client.ts';
import { S3Store } from '../src/objects/s3/store.ts';
import { S3WorkStore } from '../src/objects/s3/work.ts';
import { type S3Server, startS3Server } from './s3-server.ts';

export const SECRET = 'wJalrXUtnFEMI/not-a-real-secret/EXAMPLEKEY';
export const TOKEN = 'IQoJb3JpZ2luX2Vj-not-a-real-token';
export const KEY_ID = 'AKIAIOSFODNN7EXAMPLE';

/** A server and the store that talks to it. */
export interface S3Bench {
  readonly server: S3Server;
  readonly clients: S3Clients;
  readonly store: S3Store;
  readonly work: S3WorkStore;
}

/** Starts a server, passes it to the action with a store that talks to it, and stops it. */
export async function withS3<T>(action: (bench: S3Bench) => T | Promise<T>, options: S3Options = {}): Promise<T> {
  const server = await startS3Server();
  const keys = { accessKeyId: KEY_ID, secretAccessKey: SECRET, sessionToken: TOKEN };
  const clients = new S3Clients({ region: 'us-east-1', endpoint: server.url, ...keys, ...options });
  try {
    return await action({ server, clients, store: new S3Store(clients), work: new S3WorkStore(clients) });
  } finally {
    await clients.close();
    await server.stop();
  }
}
