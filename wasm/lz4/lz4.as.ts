// @ts-nocheck: AssemblyScript, compiled by ../build.ts
//
// LZ4 blocks and xxHash32 on raw memory. Frames, and the layout of memory, are the caller's business:
// see src/codecs/lz4_frame.ts. Format: "LZ4 Block Format Description" and "xxHash fast digest algorithm".
//
// What the caller promises: every region is followed by SLACK writable bytes, regions and their slack do not
// overlap, and all of them lie above heapBase(). Then no input, however damaged, reads or writes elsewhere.

/** Bytes after the end of a region that copies of 16 bytes may touch. */
export const SLACK: usize = 32;

/**
 * Where each hash of five bytes was last seen. For blocks of up to 64 KiB on their own, 2^13 distances from the block's
 * start; otherwise 2^12 addresses.
 */
const table: usize = memory.data(16384, 16);
const TABLE_SIZE: usize = 16384;

const MIN_MATCH: usize = 4;
/** The format wants the last five bytes to be literals, and no match to start in the last twelve. */
const LAST_LITERALS: usize = 5;
const MATCH_START_LIMIT: usize = 12;
const MAX_OFFSET: usize = 65535;

/** First address the caller may use: so high that address 0, an empty entry of the table, is too far away to match. */
export function heapBase(): usize {
  return max<usize>(__heap_base + 63, MAX_OFFSET + 64) & ~63;
}

// ---------------------------------------------------------------------------------------------- compression

/** Forgets all earlier data. Call before each frame, and before each block on its own. */
export function resetTable(): void {
  memory.fill(table, 0, TABLE_SIZE);
}

/** Follows a move of the caller's window by `shift` bytes down; what was moved below `low` is forgotten. */
export function rebaseTable(shift: usize, low: usize): void {
  for (let entry = table, end = table + TABLE_SIZE; entry < end; entry += 4) {
    const address = <usize> load<u32>(entry);
    store<u32>(entry, <u32> (address >= low + shift ? address - shift : 0));
  }
}

/** Address of the table's entry, of type T, for the bytes at `p`. */
function entryOf<T>(p: usize): usize {
  const hash = (load<u64>(p) << 24) * 889523592379;
  return sizeof<T>() == 2 ? table + (<usize> (hash >> 51) << 1) : table + (<usize> (hash >> 52) << 2);
}

/** Copies 16 bytes at a time, so up to 15 past `end`. */
function copyWild(to: usize, from: usize, end: usize): void {
  do {
    v128.store(to, v128.load(from));
    to += 16;
    from += 16;
  } while (to < end);
}

/** Equal bytes at `a` and `b`; `a` stops at `limit`. */
function countEqual(a: usize, b: usize, limit: usize): usize {
  const start = a;
  while (a + 8 <= limit) {
    const difference = load<u64>(a) ^ load<u64>(b);
    if (difference) return a - start + <usize> (ctz(difference) >> 3);
    a += 8;
    b += 8;
  }
  while (a < limit && load<u8>(a) == load<u8>(b)) {
    a++;
    b++;
  }
  return a - start;
}

/** The bytes after a token's nibble of 15. */
function putLength(to: usize, length: usize): usize {
  while (length >= 255) {
    store<u8>(to, 255);
    to++;
    length -= 255;
  }
  store<u8>(to, <u8> length);
  return to + 1;
}

function putLiterals(to: usize, from: usize, length: usize): usize {
  if (length >= 15) {
    store<u8>(to, 0xf0);
    to = putLength(to + 1, length - 15);
  } else {
    store<u8>(to, <u8> (length << 4));
    to++;
  }
  copyWild(to, from, to + length);
  return to + length;
}

/** The closing literals, `anchor` to `end`; returns the length of the block that began at `start`, or 0. */
function putLast(start: usize, to: usize, toEnd: usize, anchor: usize, end: usize): usize {
  const literals = end - anchor;
  if (literals + literals / 255 + 2 >= toEnd - to) return 0;
  return putLiterals(to, anchor, literals) - start;
}

/** A block, with table entries of type T, which count from `origin`. */
function compress<T>(to: usize, from: usize, size: usize, low: usize, origin: usize): usize {
  const end = from + size;
  const toEnd = to + size;
  const start = to;
  let anchor = from; // literals not yet written begin here
  if (size <= MATCH_START_LIMIT) return putLast(start, to, toEnd, anchor, end);

  const matchStartEnd = end - MATCH_START_LIMIT;
  const matchEnd = end - LAST_LITERALS;
  let p = from;
  store<T>(entryOf<T>(p), <T> (p - origin));
  p++;
  while (true) {
    // Look for four equal bytes, in steps that grow while nothing is found.
    let match: usize;
    let next = p;
    let misses: usize = 1 << 6;
    let entry = entryOf<T>(p);
    do {
      p = next;
      next += misses >> 6;
      misses++;
      if (next > matchStartEnd) return putLast(start, to, toEnd, anchor, end);
      match = origin + <usize> load<T>(entry);
      store<T>(entry, <T> (p - origin));
      entry = entryOf<T>(next);
    } while ((sizeof<T>() != 2 && p - match > MAX_OFFSET) || load<u32>(match) != load<u32>(p));
    while (p > anchor && match > low && load<u8>(p - 1) == load<u8>(match - 1)) {
      p--;
      match--;
    }

    const literals = p - anchor;
    let token = to;
    if (literals + literals / 255 + 32 > toEnd - to) return 0;
    to = putLiterals(to, anchor, literals);
    while (true) {
      store<u16>(to, <u16> (p - match));
      to += 2;
      const extra = countEqual(p + MIN_MATCH, match + MIN_MATCH, matchEnd);
      p += MIN_MATCH + extra;
      anchor = p;
      if (extra >= 15) {
        if (extra / 255 + 32 > toEnd - to) return 0;
        store<u8>(token, load<u8>(token) | 15);
        to = putLength(to, extra - 15);
      } else store<u8>(token, load<u8>(token) | <u8> extra);
      if (p >= matchStartEnd) return putLast(start, to, toEnd, anchor, end);

      // Often another match follows at once: a token without literals.
      store<T>(entryOf<T>(p - 2), <T> (p - 2 - origin));
      entry = entryOf<T>(p);
      match = origin + <usize> load<T>(entry);
      store<T>(entry, <T> (p - origin));
      if ((sizeof<T>() != 2 && p - match > MAX_OFFSET) || load<u32>(match) != load<u32>(p)) break;
      if (toEnd - to < 32) return 0;
      token = to;
      store<u8>(to, 0);
      to++;
    }
    p++;
  }
}

/**
 * Compresses the `size` bytes at `from`, a block on its own, to `to`. Returns the length of the block, or 0 when it would
 * not be shorter than `size`. Writes less than `size` bytes, plus SLACK. The table must be empty.
 */
export function compressAlone(to: usize, from: usize, size: usize): usize {
  return size <= 65536 ? compress<u16>(to, from, size, from, from) : compress<u32>(to, from, size, from, 0);
}

/** The same for a block whose matches reach down to `low`. The table is that of the block before. */
export function compressLinked(to: usize, from: usize, size: usize, low: usize): usize {
  return compress<u32>(to, from, size, low, 0);
}

// -------------------------------------------------------------------------------------------- decompression

/** For an offset below 16, which bytes of the repeated pattern fill a vector: row `offset`, byte i = i mod offset. */
// deno-fmt-ignore
const patterns: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1,
  0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0,
  0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3,
  0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0,
  0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3,
  0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6, 0, 1,
  0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 6,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 1, 2, 3, 4,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2, 3,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 1, 2,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 0, 1,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0,
], 16);

/** Fills `to` … `end` with the `offset` bytes before `to`, over and over; `offset` is 1 to 15. */
function repeatPattern(to: usize, offset: usize, end: usize): void {
  const pattern = i8x16.swizzle(v128.load(to - offset), v128.load(patterns + (offset << 4)));
  const step: usize = 16 - (<usize> 16) % offset;
  do {
    v128.store(to, pattern);
    to += step;
  } while (to < end);
}

/**
 * Decompresses the block of `size` bytes at `from` to `to`. Matches reach down to `low`; output stops at `limit`.
 * Returns the end of the output, or 0 when the block is damaged or holds more.
 */
export function decompressBlock(to: usize, limit: usize, low: usize, from: usize, size: usize): usize {
  const end = from + size;
  // Before these, literals and match of a short sequence need no look at the ends.
  const shortFrom = size > 18 ? end - 18 : 0;
  const shortTo = limit - to > 32 ? limit - 32 : 0;
  while (from < end) {
    const token = <usize> load<u8>(from);
    from++;
    let length = token >> 4;
    let offset: usize;
    if (length < 15 && from < shortFrom && to < shortTo) {
      v128.store(to, v128.load(from));
      to += length;
      offset = load<u16>(from + length);
      from += length + 2;
      length = token & 15;
      if (length < 15 && offset >= 8 && offset <= to - low) {
        store<u64>(to, load<u64>(to - offset));
        store<u64>(to, load<u64>(to - offset, 8), 8);
        store<u16>(to, load<u16>(to - offset, 16), 16);
        to += length + MIN_MATCH;
        continue;
      }
    } else {
      if (length == 15) {
        let byte: usize;
        do {
          if (from >= end) return 0;
          byte = load<u8>(from);
          from++;
          length += byte;
        } while (byte == 255);
      }
      if (length > limit - to || length > end - from) return 0;
      copyWild(to, from, to + length);
      to += length;
      from += length;
      if (from == end) return to; // the last sequence has no match
      if (end - from < 2) return 0;
      offset = load<u16>(from);
      from += 2;
      length = token & 15;
    }
    if (length == 15) {
      let byte: usize;
      do {
        if (from >= end) return 0;
        byte = load<u8>(from);
        from++;
        length += byte;
      } while (byte == 255);
    }
    length += MIN_MATCH;
    if (offset == 0 || offset > to - low || length > limit - to) return 0;
    if (offset >= 16) copyWild(to, to - offset, to + length);
    else repeatPattern(to, offset, to + length);
    to += length;
  }
  return 0;
}

// --------------------------------------------------------------------------------------------------- xxHash32

const PRIME1: u32 = 0x9E3779B1;
const PRIME2: u32 = 0x85EBCA77;
const PRIME3: u32 = 0xC2B2AE3D;
const PRIME4: u32 = 0x27D4EB2F;
const PRIME5: u32 = 0x165667B1;

/** A running hash: four accumulators, total length, and (at 20) up to 15 bytes not yet hashed. */
const content: usize = memory.data(36, 16);
const single: usize = memory.data(36, 16);

function round(accumulator: u32, word: u32): u32 {
  return rotl<u32>(accumulator + word * PRIME2, 13) * PRIME1;
}

function begin(state: usize): void {
  store<u32>(state, PRIME1 + PRIME2);
  store<u32>(state, PRIME2, 4);
  store<u32>(state, 0, 8);
  store<u32>(state, 0 - PRIME1, 12);
  store<u32>(state, 0, 16);
}

/** Hashes whole stripes of 16 bytes; returns where they end. */
function hashStripes(state: usize, p: usize, end: usize): usize {
  let a = load<u32>(state), b = load<u32>(state, 4), c = load<u32>(state, 8), d = load<u32>(state, 12);
  for (; end - p >= 16; p += 16) {
    a = round(a, load<u32>(p));
    b = round(b, load<u32>(p, 4));
    c = round(c, load<u32>(p, 8));
    d = round(d, load<u32>(p, 12));
  }
  store<u32>(state, a);
  store<u32>(state, b, 4);
  store<u32>(state, c, 8);
  store<u32>(state, d, 12);
  return p;
}

function update(state: usize, p: usize, size: usize): void {
  const end = p + size;
  const total = load<u32>(state, 16);
  const tail = <usize> (total & 15);
  store<u32>(state, total + <u32> size, 16);
  if (tail) {
    const head = min<usize>(16 - tail, size);
    memory.copy(state + 20 + tail, p, head);
    p += head;
    if (tail + head < 16) return;
    hashStripes(state, state + 20, state + 36);
  }
  p = hashStripes(state, p, end);
  memory.copy(state + 20, p, end - p);
}

function finish(state: usize, long: bool): u32 {
  const total = load<u32>(state, 16);
  let h: u32 = PRIME5;
  if (long) {
    h = rotl<u32>(load<u32>(state), 1) + rotl<u32>(load<u32>(state, 4), 7) + rotl<u32>(load<u32>(state, 8), 12) +
      rotl<u32>(load<u32>(state, 12), 18);
  }
  h += total;
  let p = state + 20;
  const end = p + <usize> (total & 15);
  for (; end - p >= 4; p += 4) h = rotl<u32>(h + load<u32>(p) * PRIME3, 17) * PRIME4;
  for (; p < end; p++) h = rotl<u32>(h + <u32> load<u8>(p) * PRIME5, 11) * PRIME1;
  h = (h ^ (h >> 15)) * PRIME2;
  h = (h ^ (h >> 13)) * PRIME3;
  return h ^ (h >> 16);
}

/** xxHash32 (seed 0) of `size` bytes at `p`. */
export function hashBytes(p: usize, size: usize): u32 {
  begin(single);
  update(single, p, size);
  return finish(single, size >= 16);
}

/** Starts the hash of a frame's content. */
export function beginContent(): void {
  begin(content);
}

/** Adds `size` bytes at `p` to it. */
export function addContent(p: usize, size: usize): void {
  update(content, p, size);
}

/** Its value; `long` = 16 bytes or more were added (the total itself is kept modulo 2^32). */
export function finishContent(long: bool): u32 {
  return finish(content, long);
}
