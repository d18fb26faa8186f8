/** How a file is compressed, judged by its name alone. */
export const COMPRESSIONS = ['none', 'gzip', 'zstd', 'bzip2'] as const;
export type Compression = (typeof COMPRESSIONS)[number];

/** What the names of compressed files end in. */
export const COMPRESSED_ENDING = { none: '', gzip: '.gz', zstd: '.zst', bzip2: '.bz2' } as const;

/** How a file of this name is compressed; case does not count. */
export function compressionOf(name: string): Compression {
  const lower = name.toLowerCase();
  return COMPRESSIONS.find((one) => one !== 'none' && lower.endsWith(COMPRESSED_ENDING[one])) ?? 'none';
}

/** A name without the ending that says how the file is compressed. */
export function withoutCompression(name: string): string {
  return name.slice(0, name.length - COMPRESSED_ENDING[compressionOf(name)].length);
}
