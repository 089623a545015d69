/**
 * The Huffman code of RFC 7541 appendix B, both ways.
 *
 * The code is canonical: codes of one length follow each other in the order of their symbols, so the table of lengths
 * is the whole table.
 *
 * @module
 */

/** Code length of each byte value, then of EOS, as base-36 digits. */
const LENGTHS = "dnsssssssoussussssssssusssssssss6aacd68baa8b8666555666666678f6ca" +
  "d67777777777777777777777878djde6f56565666577666567655677777fbeds" +
  "kmkkmmmnmnnnnnonoomnonnnnlmnmnnomlkmmnnlnmmolmnnllmlnmnnkmmmnmmn" +
  "qqkjmnmpqqqrrqopjlqrrqrollqqsrrrkoklmllnmmppooqnqrqqrrrrrsrrrrrqu";

const EOS = 256;

const codeLength: Uint8Array = Uint8Array.from(LENGTHS, (digit) => parseInt(digit, 36));
const codes: Uint32Array = assignCodes();

function assignCodes(): Uint32Array {
  const assigned = new Uint32Array(EOS + 1);
  let code = 0;
  for (let length = 1; length <= 30; length++) {
    code *= 2;
    for (let symbol = 0; symbol <= EOS; symbol++) {
      if (codeLength[symbol] === length) assigned[symbol] = code++;
    }
  }
  return assigned;
}

/** Bytes of the encoded form of `text`, whose characters are below 256. */
export function huffmanLength(text: string): number {
  let bits = 0;
  for (let i = 0; i < text.length; i++) bits += codeLength[text.charCodeAt(i)]!;
  return (bits + 7) >>> 3;
}

/** Encodes `text`, whose characters are below 256, into `out` from `at`. Answers where it ended. */
export function huffmanEncode(text: string, out: Uint8Array, at: number): number {
  let pending = 0; // less than 8 bits between characters, so that 24 more always fit
  let bits = 0;
  for (let i = 0; i < text.length; i++) {
    const symbol = text.charCodeAt(i);
    let length = codeLength[symbol]!;
    const code = codes[symbol]!;
    if (length > 16) {
      length -= 16;
      pending = (pending << length) | (code >>> 16);
      for (bits += length; bits >= 8;) out[at++] = pending >>> (bits -= 8);
      pending &= 0xff;
      length = 16;
      pending = (pending << 16) | (code & 0xffff);
    } else {
      pending = (pending << length) | code;
    }
    for (bits += length; bits >= 8;) out[at++] = pending >>> (bits -= 8);
    pending &= 0xff;
  }
  // The last byte is filled up with the first bits of EOS, which are ones.
  if (bits > 0) out[at++] = (pending << (8 - bits)) | (0xff >>> bits);
  return at;
}

/*
 * Decoding goes four bits a step. A state is an inner node of the code tree. `steps[state * 16 + nibble]` holds the next
 * state in bits 0-7, a decoded symbol in bits 8-15, and two flags. No code is shorter than five bits, so that a step
 * decodes one symbol at most.
 */
const EMITS = 1 << 16;
const FAILS = 1 << 17;
const steps = new Uint32Array(256 * 16);
/** Whether a string may end in a state: at the root, or after at most seven ones. */
const mayEnd = new Uint8Array(256);
buildSteps();

function buildSteps(): void {
  const LEAF = 1 << 10;
  const children = new Uint16Array(256 * 2); // 0 = none yet: the root is nobody's child
  let nodes = 1;
  for (let symbol = 0; symbol <= EOS; symbol++) {
    let node = 0;
    for (let bit = codeLength[symbol]! - 1; bit > 0; bit--) {
      const slot = node * 2 + ((codes[symbol]! >>> bit) & 1);
      if (children[slot] === 0) children[slot] = nodes++;
      node = children[slot]!;
    }
    children[node * 2 + (codes[symbol]! & 1)] = LEAF | symbol;
  }
  for (let state = 0; state < nodes; state++) {
    for (let nibble = 0; nibble < 16; nibble++) {
      let node = state;
      let step = 0;
      for (let bit = 3; bit >= 0; bit--) {
        const child = children[node * 2 + ((nibble >>> bit) & 1)]!;
        if (child === (LEAF | EOS)) step = FAILS;
        else if (child & LEAF) step = EMITS | ((child & 0xff) << 8);
        node = child & LEAF ? 0 : child;
      }
      steps[state * 16 + nibble] = step | node;
    }
  }
  for (let depth = 0, node = 0; depth < 8; depth++, node = children[node * 2 + 1]!) mayEnd[node] = 1;
}

/** Largest decoded length of `encodedBytes`: the shortest code has five bits. */
export function maxDecodedLength(encodedBytes: number): number {
  return Math.floor(encodedBytes * 8 / 5);
}

/**
 * Decodes `bytes[from, to)` into `out`, which has room for {@linkcode maxDecodedLength}.
 * Answers the decoded length; -1 when they are not Huffman code (EOS inside, or padding that is too long or not ones).
 */
export function huffmanDecode(bytes: Uint8Array, from: number, to: number, out: Uint8Array): number {
  let state = 0;
  let length = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!;
    let step = steps[state * 16 + (byte >>> 4)]!;
    if (step >= EMITS) {
      if (step & FAILS) return -1;
      out[length++] = step >>> 8;
    }
    step = steps[(step & 0xff) * 16 + (byte & 15)]!;
    if (step >= EMITS) {
      if (step & FAILS) return -1;
      out[length++] = step >>> 8;
    }
    state = step & 0xff;
  }
  return mayEnd[state] === 1 ? length : -1;
}
