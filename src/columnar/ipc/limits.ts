/**
 * What a message may claim. A claim is believed only as far as the bytes that make it can back it.
 *
 * @module
 */

/** Rows of a column. The format allows 2^63; 32-bit offsets, and what a machine can hold, end here. */
export const MAX_ROWS = 0x7fff_ffff;

/**
 * How many bytes one compressed byte can stand for. LZ4: a run grows by 255 a byte. ZSTD: 4 bytes make a block of
 * 128 KiB of one value, so 32,768; columns of zeros, which absent fields are, come close to that.
 */
export const MAX_RATIO = { lz4: 255, zstd: 32_768 } as const;

/** Added to what {@linkcode MAX_RATIO} allows, for small buffers. */
export const RATIO_SLACK = 65_536;

/** Decompressed bytes of all buffers of one message. */
export const MAX_DECOMPRESSED_BYTES = 0x4000_0000;

/** Bytes of the dictionaries a decoder keeps. */
export const MAX_DICTIONARY_BYTES = 0x1000_0000;
