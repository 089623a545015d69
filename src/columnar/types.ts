/**
 * The model of a table in memory: schema, columns, batches. Layout is Arrow's, so that encoding is a matter of views.
 *
 * @module
 */

/**
 * A column's type. The kinds after `dictionary` are read, and passed on unchanged, but have no row form of ours.
 * Dictionaries, and the kinds called `large…`, are read as rows, but not built from rows.
 */
export type DataType =
  | { readonly kind: "int"; readonly bits: 8 | 16 | 32 | 64; readonly signed: boolean }
  | { readonly kind: "float"; readonly bits: 16 | 32 | 64 }
  | { readonly kind: "bool" }
  | { readonly kind: "utf8" | "binary" | "largeUtf8" | "largeBinary" }
  | { readonly kind: "list" | "largeList"; readonly item: Field }
  | { readonly kind: "fixedSizeList"; readonly size: number; readonly item: Field }
  | { readonly kind: "struct"; readonly fields: readonly Field[] }
  | { readonly kind: "map"; readonly entries: Field; readonly keysSorted: boolean }
  | {
    readonly kind: "dictionary";
    readonly id: bigint;
    readonly indices: DataType;
    readonly values: Field;
    readonly ordered: boolean;
  }
  | { readonly kind: "null" }
  | { readonly kind: "fixedSizeBinary"; readonly size: number }
  | { readonly kind: "decimal"; readonly precision: number; readonly scale: number; readonly bits: 32 | 64 | 128 | 256 }
  | { readonly kind: "date"; readonly unit: "day" | "millisecond" }
  | { readonly kind: "time"; readonly unit: TimeUnit; readonly bits: 32 | 64 }
  | { readonly kind: "timestamp"; readonly unit: TimeUnit; readonly timezone: string | undefined }
  | { readonly kind: "duration"; readonly unit: TimeUnit }
  | { readonly kind: "interval"; readonly unit: "yearMonth" | "dayTime" | "monthDayNano" }
  | {
    readonly kind: "union";
    readonly mode: "sparse" | "dense";
    readonly typeIds: readonly number[];
    readonly fields: readonly Field[];
  }
  | { readonly kind: "runEndEncoded"; readonly runEnds: Field; readonly values: Field }
  | { readonly kind: "utf8View" | "binaryView" }
  | { readonly kind: "listView" | "largeListView"; readonly item: Field };

/** Resolution of a time column. */
export type TimeUnit = "second" | "millisecond" | "microsecond" | "nanosecond";

/** A named column of a schema, or of a nested type. */
export interface Field {
  /** Name on the wire. */
  readonly name: string;
  /** Property of a row object that holds the value. @default name */
  readonly key?: string;
  /** Type. */
  readonly type: DataType;
  /** Whether null is allowed. */
  readonly nullable: boolean;
  /** What is written when a row has no value here; our own, the wire knows nothing of it. */
  readonly default?: unknown;
  /** Field metadata. */
  readonly metadata?: ReadonlyMap<string, string>;
}

/** The columns of a table. */
export interface Schema {
  /** Columns in order. */
  readonly fields: readonly Field[];
  /** Schema metadata. */
  readonly metadata?: ReadonlyMap<string, string>;
}

/** Fixed-width values. 64-bit integers are BigInt arrays; float16 is `Uint16Array` of bit patterns. */
export type ValueArray =
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/**
 * One column of a batch, in Arrow's layout. Buffers are views, shared with whatever they were made of; columns of a batch in which
 * no row has a value may share theirs.
 * Which members are set follows from the type: see Arrow's "Columnar Format".
 */
export interface Column {
  /** Its place in the schema. */
  readonly field: Field;
  /** Rows. */
  readonly length: number;
  /** Rows that are null. */
  readonly nullCount: number;
  /** One bit a row, 1 = valid; `undefined` when no row is null. */
  readonly validity: Uint8Array | undefined;
  /** List, string, binary, map offsets: `length + 1` of them (none for length 0 is allowed); views: `length`. */
  readonly offsets: Int32Array | BigInt64Array | undefined;
  /**
   * Fixed-width values, bits of booleans (one bit a row), bytes of strings and binaries, dictionary indices. Values wider
   * than 64 bits, and views, take several elements a row: decimals 64-bit words, intervals and views 32-bit ones.
   */
  readonly values: ValueArray | undefined;
  /** Children of list, struct, map, union, run-end-encoded; the values of a dictionary. */
  readonly children: readonly Column[];
  /** Union type ids; sizes of list views. */
  readonly extra?: ValueArray;
  /** Data buffers of a string or binary view column. */
  readonly variadic?: readonly Uint8Array[];
}

/** Rows as columns. */
export interface Batch {
  /** Columns' names and types. */
  readonly schema: Schema;
  /** Rows. */
  readonly numRows: number;
  /** In the order of the schema. */
  readonly columns: readonly Column[];
}

/** Compresses the buffers of an IPC body; `codecs/` has them. */
export interface BodyCodec {
  /** Arrow's name. */
  readonly name: "lz4" | "zstd";
  /** Compressed copy of `input`, or `undefined` when it would not be smaller. */
  compress(input: Uint8Array): Uint8Array | undefined;
  /** Exactly `size` bytes. @throws {CodecError} when `input` is damaged or holds another number of bytes; never allocates more than `size` plus a constant. */
  decompress(input: Uint8Array, size: number): Uint8Array;
}

/** An IPC message to send: what goes into `data_header` and `data_body` of FlightData. */
export interface IpcMessage {
  /** Flatbuffer `Message`, without length prefix, padded to 8 bytes. */
  readonly header: Uint8Array;
  /** Buffers and padding in order; views of the batch's columns. */
  readonly body: readonly Uint8Array[];
  /** Sum of the lengths of `body`. */
  readonly bodyLength: number;
}
