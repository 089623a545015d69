/**
 * Batches on their way between threads: their buffers move, and what was columns becomes a list of numbers.
 *
 * @module
 */
import {
  type Batch,
  type Column,
  type DataType,
  type Field,
  isZeros,
  type Schema,
  type ValueArray,
  zeros,
} from "../../columnar/mod.ts";

/** A batch taken apart. Plain data: posted with {@linkcode movedBuffers} as its transfer list. */
export interface PackedBatch {
  /** Rows, then each column depth first: see {@linkcode BatchPacker}. */
  readonly numbers: Float64Array;
  /** What the arrays lie in; each once. */
  readonly buffers: readonly ArrayBufferLike[];
}

/** What moves with a batch; shared memory stays where it is. */
export function movedBuffers({ buffers }: PackedBatch): ArrayBuffer[] {
  return buffers.filter((buffer) => buffer instanceof ArrayBuffer);
}

/** Numbers of an array: class, index of its buffer, offset in bytes, elements. */
const ARRAY_NUMBERS = 4;
/** Index of the buffer of an array of zeros: in a column without a value, or elsewhere. */
const BLANK = -1;
const ZEROS = -2;
/** In place of the number of children: the dictionary is the one before. */
const SAME_DICTIONARY = -1;

const CLASSES = [
  Int8Array,
  Int16Array,
  Int32Array,
  BigInt64Array,
  Uint8Array,
  Uint16Array,
  Uint32Array,
  BigUint64Array,
  Float32Array,
  Float64Array,
] as const;
const CLASS_OF = new Map<unknown, number>(CLASSES.map((array, index) => [array, index]));

/** Members of a column that hold an array, in the order they are packed; the bits of its mask. */
const MEMBERS = ["validity", "offsets", "values", "extra"] as const;

/** Fields of the children of a column of `type`. */
function childFields(type: DataType): readonly Field[] {
  if ("item" in type) return [type.item];
  if ("entries" in type) return [type.entries];
  if ("fields" in type) return type.fields;
  if ("runEnds" in type) return [type.runEnds, type.values];
  return "values" in type ? [type.values] : [];
}

/**
 * Takes the batches of one stream apart. First come rows and bytes of the longest blank array. A column is: length, nulls,
 * mask of its arrays, the arrays, number of view buffers, the buffers, number of children; a dictionary's values are its
 * child and cross once, copied.
 *
 * Shared zeros, most of which stand for columns without a value, are left behind: the other side has zeros of its own.
 */
export class BatchPacker {
  /** Values of the dictionaries that crossed last, by their place in the walk. */
  readonly #dictionaries = new Map<number, Column>();
  #numbers: number[] = [];
  #buffers: ArrayBufferLike[] = [];
  #indices = new Map<ArrayBufferLike, number>();
  #place = 0;

  /** The parts of `batch`. With `owned` its buffers are *taken*: posting them empties the batch. Otherwise they are copied. */
  pack(batch: Batch, owned: boolean): PackedBatch {
    this.#numbers = [batch.numRows, 0];
    this.#buffers = [];
    this.#indices = new Map();
    this.#place = 0;
    for (const column of batch.columns) this.#column(column, owned, false);
    return { numbers: Float64Array.from(this.#numbers), buffers: this.#buffers };
  }

  #column(column: Column, owned: boolean, isInBlank: boolean): void {
    const numbers = this.#numbers;
    const place = this.#place++;
    const { length, nullCount, children, variadic } = column;
    const isBlank = isInBlank || (nullCount === length && length > 0);
    const mask = numbers.push(length, nullCount, 0) - 1;
    for (let bit = 0; bit < MEMBERS.length; bit++) {
      const array = column[MEMBERS[bit]!];
      if (array === undefined) continue;
      numbers[mask]! |= 1 << bit;
      this.#array(array, owned, isBlank);
    }
    numbers.push(variadic?.length ?? 0);
    variadic?.forEach((buffer) => this.#array(buffer, owned, false));
    const values = column.field.type.kind === "dictionary" ? children[0] : undefined;
    if (values === undefined) {
      numbers.push(children.length);
      for (const child of children) this.#column(child, owned, isBlank);
    } else if (this.#dictionaries.get(place) === values) {
      numbers.push(SAME_DICTIONARY);
    } else {
      this.#dictionaries.set(place, values);
      numbers.push(1);
      const after = this.#place;
      this.#column(values, false, false); // it is needed for the batches to come
      this.#place = after; // what follows keeps its place whether or not a dictionary crosses
    }
  }

  #array(array: ValueArray, owned: boolean, isBlank: boolean): void {
    const number = CLASS_OF.get(array.constructor)!;
    if (array.length === 0 || isZeros(array)) {
      this.#numbers.push(number, isBlank ? BLANK : ZEROS, 0, array.length);
      if (isBlank) this.#numbers[1] = Math.max(this.#numbers[1]!, array.byteLength);
      return;
    }
    const { buffer } = array;
    if (!owned) {
      this.#numbers.push(number, this.#buffers.push(array.slice().buffer) - 1, 0, array.length);
      return;
    }
    let index = this.#indices.get(buffer);
    if (index === undefined) this.#indices.set(buffer, index = this.#buffers.push(buffer) - 1);
    this.#numbers.push(number, index, array.byteOffset, array.length);
  }
}

/** Whether each array of `batch` is the whole of its buffer, so that taking the buffer takes nothing else; and none is shared. */
export function ownsBuffers(batch: Batch): boolean {
  const owns = (array: ArrayBufferView | undefined) =>
    array === undefined || isZeros(array) ||
    (array.byteLength === array.buffer.byteLength && array.buffer instanceof ArrayBuffer);
  const isOwner = (column: Column): boolean =>
    MEMBERS.every((member) => owns(column[member])) && column.variadic?.every(owns) !== false &&
    column.children.every(isOwner);
  return batch.columns.every(isOwner);
}

/** Puts the batches of one stream together again. */
export class BatchUnpacker {
  readonly #schema: Schema;
  readonly #isWritable: boolean;
  /** What the blank arrays of this batch lie in. */
  #blank = new ArrayBuffer(0);
  readonly #dictionaries = new Map<number, Column>();
  #numbers = new Float64Array(0);
  #buffers: readonly ArrayBufferLike[] = [];
  #at = 0;
  #place = 0;

  /** For batches of `schema`. Those that are `writable` share no memory with others. */
  constructor(schema: Schema, { writable }: { readonly writable: boolean }) {
    this.#schema = schema;
    this.#isWritable = writable;
  }

  /**
   * The batch. Its columns are views of the buffers of `packed`; those without a value share zeros, with one another if the
   * batch is for a user, else with other batches too.
   */
  unpack(packed: PackedBatch): Batch {
    this.#numbers = packed.numbers as Float64Array<ArrayBuffer>;
    this.#buffers = packed.buffers;
    this.#at = this.#place = 0;
    const numRows = this.#next();
    const blankBytes = this.#next();
    if (this.#isWritable) this.#blank = new ArrayBuffer(blankBytes);
    const columns = this.#schema.fields.map((field) => this.#column(field));
    this.#buffers = [];
    return { schema: this.#schema, numRows, columns };
  }

  #next(): number {
    return this.#numbers[this.#at++]!;
  }

  #column(field: Field): Column {
    const place = this.#place++;
    const length = this.#next();
    const nullCount = this.#next();
    const mask = this.#next();
    const [validity, offsets, values, extra] = MEMBERS.map((_, bit) => mask & 1 << bit ? this.#array() : undefined);
    const variadic = Array.from({ length: this.#next() }, () => this.#array() as Uint8Array);
    return {
      field,
      length,
      nullCount,
      validity: validity as Uint8Array | undefined,
      offsets: offsets as Int32Array | BigInt64Array | undefined,
      values,
      children: this.#children(field, place),
      ...(extra === undefined ? {} : { extra }),
      ...(variadic.length === 0 ? {} : { variadic }),
    };
  }

  #children({ type }: Field, place: number): Column[] {
    const count = this.#next();
    if (count === SAME_DICTIONARY) return [this.#dictionaries.get(place)!];
    const fields = childFields(type);
    if (type.kind !== "dictionary") return fields.slice(0, count).map((child) => this.#column(child));
    if (count === 0) return [];
    const after = this.#place;
    const values = this.#column(fields[0]!);
    this.#place = after;
    this.#dictionaries.set(place, values);
    return [values];
  }

  #array(): ValueArray {
    const numbers = this.#numbers;
    const array = CLASSES[numbers[this.#at]!]!;
    const index = numbers[this.#at + 1]!;
    const offset = numbers[this.#at + 2]!;
    const length = numbers[this.#at + 3]!;
    this.#at += ARRAY_NUMBERS;
    if (index >= 0) return new array(this.#buffers[index] as ArrayBuffer, offset, length);
    if (!this.#isWritable) return zeros(array, length);
    return index === BLANK ? new array(this.#blank, 0, length) : new array(length);
  }
}
