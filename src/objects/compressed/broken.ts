/** A compressed file that cannot be decompressed to its end. */
export class BrokenFile extends Error {}

/** What follows the end of the compressed data of a file may only be zeros. */
export const BYTES_BEHIND = 'other bytes follow the end of the compressed data';

/** The file ends before its compressed data does. */
export const ENDS_EARLY = 'unexpected end of file';
