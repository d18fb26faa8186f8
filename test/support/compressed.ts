import { spawnSync } from 'node:child_process';
import zlib from 'node:zlib';
import { BrokenFile } from '../../src/objects/compressed/broken.ts';

export { HAS_ZSTD } from '../../src/objects/compressed/zstd.ts';

/** The text of LINES_BZIP2 and LINES_ZSTD. */
export const LINES = [1, 2, 3, 4, 5, 6, 7].map((n) => `{"ts":${n},"song":"S${n * n}"}\n`).join('');

const base64 = (text: string) => Buffer.from(text, 'base64');

/** Made by bzip2 1.0.8. */
export const LINES_BZIP2 = base64(
  'QlpoOTFBWSZTWVN9FvgAAETbgAAQEAQ/sAgAAIGMCiAASK/STUMg8pgR+qoAYjTDQQGAgOQ0E39aITvWv0z/4kkqJO1naluP0IsXKmDeDBoZF3JFOFCQU30W+A==',
);
/** 30,000 times `{"ts":1}` and a line end, by `bzip2 -1`: blocks that end within a line. */
export const THREE_BLOCKS = base64(
  'QlpoMTFBWSZTWTW6u0oArZPYgAAQEAAgEAwKIABwQwIE1VGGmJREuJREsSiJdSiJcSiJYlES+SiJdSiJYlES8YoKyTKaya3V2lAFbJ7EAACAgAEAgGBRAAOCGBAmqow0xKIlxKIliURLqURLiURLEoiXyURLqURLEoiXjFBWSZTWfj0V7AAeZfYgAAQEAAgEAwKIABwQwIE1VGGmRRQ5FFDIoodiihyKKGRRQ+iih2KKGRRQ8LuSKcKEgiteYGA=',
);
/** 400 random bytes, and their bzip2: long codes. */
export const RANDOM = base64(
  'eUK98iEG8IR3YvDzy012TccHIFEVmg+J8sbayuNEuzESRf1vhN+a18Wz0HasDo9TpzVsiJE/IPb3LbAi0k0KltrUPBYXwamOeBKeAyc3EGXQlYZPFa2guEbBwOvFNIrceZrfhJutBdShCsBEHqrutLSO+gsfCr2A6ZijWrpeoL2HmcE1DUOecYl6p1/eMTSkqnLgViisb+aKcz0RYaFdjq4rsELXlYrtsdWU1tES009mAvTecRDpk650IpI9fRcRZdwZBvY9V5l6CtMbOq5AgfQftHFlPj1XeoxBA/nMGYp/idga8qUAHEAXPxkj9xAs+qFQoSSzxcebuIdhqNs/QQHCKFsVv+vCFtwbvv6h19brCX1viiTZctpCDqa/hj7tP8A3ozQC8kl4xxYvMsBbDK4+DTr2kZktEno2Mx+mXCd7XH/oyYG8y7PWKsB401LU90/NTFMx/vfiX0WIZUuhdpfTiG+dC4n1w2ZYuHqk90nW9WnvDvYlzBfvdXgjb4J7YYRGXxKCVhegXdguKzwvhw==',
);
export const RANDOM_BZIP2 = base64(
  'QlpoOTFBWSZTWYRpczkAAFz///u/873+37+X/y7537Mkv/r19b/7b/dsX/u+f/3Za9+zMAE2WBANNDAgABoaaA0ZD1NAAAAAAaaDQ0ANGTQ0GgNBkDQaZDRppiaDIxNDBkiABoZBpoGENNAyGQyMaTQGhoA9Rpk0GQBkNMmJoA0AAA00GjRo9QwgANAaBABoDRoaaepoyDQGRkA9QYQBkAaDQGQ0AAAyDJkMmjR6jTTIBkPUAZDIAYRkTEmDiO2cPGb/kcILbb8W1c2Boz7fJcTtpQE5yasEgR6sE0gxgmqEIHL2guvUzdZOwBrv0F6/MVWATJIms7fADGBxZTbRIbDxPIywLg8q6iYa0sdDszbA/o0MQENQ65YJl93YgoEzTykCL+KO82wwSIvy9PNSBRCJzGdES3e9zbgfKDEHQqfefu1G5Z5weDdRsKF4su5wkyv2ze7uj7Fft1oQEykd6lguTajRyWvAXmggZWUzIO18PQyKTpm7N2Zez4XE9tIpAVotIU0NIBhhgpluqZxEjZoTa9ly74xEkljC5Q/CyCjK6Vmgq6CSpwiYkI3JRjzwYRrMlEVhsomtUerBLt7Cs/owAAOYte1yRiAHToDcEfDrlo4qTOKVhl1o2ZEx3RIKEJsvcHRKFNZQlOMai17JuJawJoh8nDRUBoE3Bg1RtItF3ghG4vcvjCHnNnzG7wRRsEdbgjj1SGGhiz1b+CI2Wx8VgWC2nC3/F3JFOFCQhGlzOQ==',
);
/** The bytes a, b and so on, each as often as a number of these says, and their bzip2. */
export const RUNS = [1, 2, 3, 4, 5, 254, 255, 256, 259, 1000]
  .map((n, at) => 'abacadabra'.charAt(at).repeat(n))
  .join('');
export const RUNS_BZIP2 = base64(
  'QlpoOTFBWSZTWeb85fAAAAxBgeAAPAAQAACAABggADEAMBiNCeo9YFwqcyREDSyglxv0MO7RxoC7+LuSKcKEhzfnL4A=',
);
export const NOTHING_BZIP2 = base64('QlpoORdyRThQkAAAAAA=');
/** 150 MiB of zeros: `head -c 157286400 /dev/zero | bzip2`. */
export const ZEROS_BZIP2 = base64(
  'QlpoOTFBWSZTWQ4J4t8BX45AAMAAAAggADCATUZCoCWpCoCXMUFZJlNZDgni3wFfjkAAwAAACCAAMIBNRkKgJakKgJcxQVkmU1kOCeLfAV+OQADAAAAIIAAwgE1GQqAlqQqAlzFBWSZTWQ9UziwAlglBAMAAAgAACCAAMMwFKaZECkbFECkeLuSKcKEgtl8sLA==',
);

/** LINES, by zstd 1.5.4: as a file, and through pipes. */
export const LINES_ZSTD = base64(
  'KLUv/SSXLQIAhAJ7InRzIjoxLCJzb25nIjoiUzEifQoyNDM5NDE2NTI1NjM2NzQ5In0KDABgC1AQbJazNNhiCAXBZqAI2AcKA1vEYTIBZk2whw==',
);
export const PIPED_ZSTD = base64(
  'KLUv/QRYLQIAhAJ7InRzIjoxLCJzb25nIjoiUzEifQoyNDM5NDE2NTI1NjM2NzQ5In0KDABgC1AQbJazNNhiCAXBZqAI2AcKA1vEYTIBZk2whw==',
);
/** The same with `--long=27` and `--long=28`, whose windows have 128 and 256 MiB. */
export const LONG_27 = base64(
  'KLUv/QSILQIAhAJ7InRzIjoxLCJzb25nIjoiUzEifQoyNDM5NDE2NTI1NjM2NzQ5In0KDABgC1AQbJazNNhiCAXBZqAI2AcKA1vEYTIBZk2whw==',
);
export const LONG_28 = base64(
  'KLUv/QSQLQIAhAJ7InRzIjoxLCJzb25nIjoiUzEifQoyNDM5NDE2NTI1NjM2NzQ5In0KDABgC1AQbJazNNhiCAXBZqAI2AcKA1vEYTIBZk2whw==',
);
/** A frame that is to be skipped. */
export const SKIPPABLE = Buffer.concat([Buffer.from('532a4d1805000000', 'hex'), Buffer.from('hello')]);

/** Why tests that read zstd are skipped. */
export const NEEDS_ZSTD = 'zstd: Node.js has it from 22.15 on';
export const NEEDS_BZIP2 = 'bzip2 as others write it: there is no program bzip2';
export const HAS_BZIP2 = spawnSync('bzip2', ['--help']).error === undefined;

/** What Node.js makes of a text with zstd, where it has it. */
export function zstdSync(text: string | Uint8Array): Buffer {
  return (zlib as unknown as { zstdCompressSync: typeof zlib.gzipSync }).zstdCompressSync(text);
}

/** What the program bzip2 makes of a text. */
export function bzip2Sync(text: string | Uint8Array, level = 9): Buffer {
  const { stdout, error } = spawnSync('bzip2', [`-${level}`, '-c'], { input: text, maxBuffer: 2 ** 30 });
  if (error !== undefined) throw error;
  return stdout;
}

export async function* inChunks(bytes: Uint8Array, size = bytes.length): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

type Decompress = (source: AsyncIterable<Uint8Array>, onOdd: () => void, name: string) => AsyncIterable<Uint8Array>;

/** The text of compressed bytes and whether they are odd, or why they are broken. Rethrows anything else. */
export async function outcomeOf(decompress: Decompress, bytes: Uint8Array, chunkSize?: number) {
  const chunks: Uint8Array[] = [];
  let isOdd = false;
  const onOdd = () => {
    isOdd = true;
  };
  try {
    for await (const chunk of decompress(inChunks(bytes, chunkSize), onOdd, 'x')) chunks.push(chunk);
    return { text: Buffer.concat(chunks).toString('latin1'), isOdd };
  } catch (error) {
    if (error instanceof BrokenFile) return { broken: error.message };
    throw error;
  }
}

/** Every text that differs from some bytes in one bit. */
export function* oneBitChanged(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < 8 * bytes.length; at += 1) {
    const copy = Buffer.from(bytes);
    copy[at >> 3] = (copy[at >> 3] as number) ^ (1 << (at & 7));
    yield copy;
  }
}
