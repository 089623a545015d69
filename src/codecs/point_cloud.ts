/**
 * Records of points, as ROS `PointCloud2` has them, ⇄ columns.
 *
 * @module
 */
import { CodecError } from "./errors.ts";

/** An attribute of the points. */
export interface PointFieldLayout {
  /** Name. */
  readonly name: string;
  /** Its first byte in the record of a point. */
  readonly offset: number;
  /** Type: 1 int8, 2 uint8, 3 int16, 4 uint16, 5 int32, 6 uint32, 7 float32, 8 float64. */
  readonly datatype: number | bigint;
  /** Values of that type in a row; 0 is read as 1, as some drivers write it. */
  readonly count: number;
}

/** A cloud of records. Shape: `height` rows of `width` points. */
export interface PointRecords {
  /** Rows; 1 for a cloud without order. */
  readonly height: number;
  /** Points in a row. */
  readonly width: number;
  /** Attributes. */
  readonly fields: readonly PointFieldLayout[];
  /** Whether numbers have the highest byte first. */
  readonly isBigendian: boolean;
  /** Bytes from a point to the next. */
  readonly pointStep: number;
  /** Bytes from a row to the next. */
  readonly rowStep: number;
  /** The records. */
  readonly data: Uint8Array;
}

/** Values of an attribute. */
export type PointValues =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/** An attribute of all points. */
export interface PointColumn {
  /** Name. */
  readonly name: string;
  /** Values of a point. */
  readonly count: number;
  /** `count` values of the first point, of the second, …, row by row. */
  readonly values: PointValues;
}

type PointArray = { new (buffer: ArrayBuffer): PointValues; readonly BYTES_PER_ELEMENT: number };

/** Array of each datatype. */
const ARRAYS: readonly (PointArray | undefined)[] = [
  undefined,
  Int8Array,
  Uint8Array,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
];
/** Fields may share bytes (a colour and its parts), but columns take no more than this many times the records. */
const MAX_OVERLAP = 8;

/**
 * The columns of `cloud`, or those of `names`. Borrows `cloud`; the columns are copies. Bits are moved as they are: NaN,
 * infinities, and colours packed into float32 come out unchanged.
 *
 * @throws {CodecError} `codec.cloud_layout` when a field does not fit its record, a row its step, or a datatype is not
 * known; `codec.cloud_data` when there are fewer bytes than rows
 *
 * @example
 * ```ts
 * import { readPoints, writePoints } from "@mosaico/client/codecs";
 *
 * const x = Float32Array.of(1, 2, NaN);
 * const cloud = writePoints([{ name: "x", count: 1, values: x }, { name: "ring", count: 1, values: Uint16Array.of(0, 1, 2) }]);
 * console.log(cloud.pointStep, readPoints(cloud, ["x"])[0]!.values); // 6 Float32Array [1, 2, NaN]
 * ```
 */
export function readPoints(cloud: PointRecords, names?: readonly string[]): PointColumn[] {
  const { height, width, pointStep, rowStep, data } = cloud;
  for (const [name, value] of Object.entries({ height, width, pointStep, rowStep })) {
    if (!Number.isSafeInteger(value) || value < 0) throw layoutError(`${name} is ${value}`);
  }
  if (height > 0 && width * pointStep > rowStep) {
    throw layoutError(`${width} points of ${pointStep} bytes do not fit a row of ${rowStep}`);
  }
  if (rowStep * height > data.byteLength) {
    const text = `Cannot read the point cloud: ${data.byteLength} bytes are not ${height} rows of ${rowStep}`;
    throw new CodecError("codec.cloud_data", text, { sizeBytes: data.byteLength, height, rowStep });
  }
  const wanted = cloud.fields.filter(({ name }) => names === undefined || names.includes(name)).map(checked(pointStep));
  const total = wanted.reduce((sum, { size, count }) => sum + size * count, 0);
  if (total > MAX_OVERLAP * pointStep) throw layoutError(`fields of ${total} bytes overlap in ${pointStep}`);
  return wanted.map(({ name, offset, count, size, array }) => {
    const values = new array(new ArrayBuffer(width * height * count * size));
    const words = wordsOf(values);
    // Of eight bytes with the highest first, the two halves are in the other order, too.
    const flip = cloud.isBigendian && size === 8 ? 1 : 0;
    readWords(cloud, offset, words, count * size / words.BYTES_PER_ELEMENT, flip);
    return { name, count, values };
  });
}

/** Options of {@linkcode writePoints}. */
export interface WritePointsOptions {
  /** Rows the points make up. @default 1 */
  readonly height?: number;
  /** Whether to write the highest byte first. @default false */
  readonly isBigendian?: boolean;
}

/**
 * Records without gaps, fields in the order of `columns`. Borrows them.
 *
 * @throws {TypeError} when columns have different numbers of points, or an array of a type that has no datatype
 * @throws {RangeError} when `height` does not divide the points
 */
export function writePoints(columns: readonly PointColumn[], options: WritePointsOptions = {}): PointRecords {
  const { height = 1, isBigendian = false } = options;
  let pointStep = 0;
  const fields = columns.map(({ name, count, values }) => {
    const datatype = ARRAYS.findIndex((array) => array !== undefined && values instanceof (array as never));
    if (datatype < 0) {
      const expected = "integers of at most 32 bits, or floats of 32 or 64";
      throw new TypeError(
        `Cannot write the point cloud: ${name} is a ${values.constructor.name}, expected ${expected}`,
      );
    }
    const offset = pointStep;
    pointStep += count * values.BYTES_PER_ELEMENT;
    return { name, offset, datatype: BigInt(datatype), count };
  });
  const points = columns.length === 0 ? 0 : columns[0]!.values.length / columns[0]!.count;
  for (const { name, count, values } of columns) {
    if (!Number.isInteger(count) || count < 1 || values.length !== points * count) {
      const text = `${name} has ${values.length} values, expected ${count} for each of ${points} points`;
      throw new TypeError(`Cannot write the point cloud: ${text}`);
    }
  }
  if (!Number.isInteger(height) || height < 1 || points % height !== 0) {
    throw new RangeError(`Cannot write the point cloud: ${points} points do not make ${height} rows`);
  }
  const width = points / height;
  const data = new Uint8Array(points * pointStep);
  const cloud = { height, width, fields, isBigendian, pointStep, rowStep: width * pointStep, data };
  for (const [i, { count, values }] of columns.entries()) {
    const [words, size] = [wordsOf(values), values.BYTES_PER_ELEMENT];
    writeWords(cloud, fields[i]!.offset, words, count * size / words.BYTES_PER_ELEMENT, isBigendian && size === 8);
  }
  return cloud;
}

/** A field whose numbers were looked at. */
interface CheckedField {
  readonly name: string;
  readonly offset: number;
  readonly count: number;
  readonly size: number;
  readonly array: PointArray;
}

function checked(pointStep: number): (field: PointFieldLayout) => CheckedField {
  return ({ name, offset, datatype, count: given }) => {
    const count = given === 0 ? 1 : given;
    const array = ARRAYS[Number(datatype)];
    if (array === undefined) throw layoutError(`the datatype of ${name} is ${datatype}, expected 1 to 8`);
    const size = array.BYTES_PER_ELEMENT;
    if (
      !Number.isInteger(offset) || offset < 0 || !Number.isInteger(count) || count < 0 ||
      offset + size * count > pointStep
    ) {
      throw layoutError(`${name}, ${count} × ${size} bytes at ${offset}, does not fit a record of ${pointStep}`);
    }
    return { name, offset, count, size, array };
  };
}

function layoutError(what: string): CodecError {
  return new CodecError("codec.cloud_layout", `Cannot read the point cloud: ${what}`);
}

type Words = Uint8Array | Uint16Array | Uint32Array;

/** The bits of values as integers: those of eight bytes as two of four. */
function wordsOf({ buffer, byteOffset, byteLength, BYTES_PER_ELEMENT: size }: PointValues): Words {
  if (size === 1) return new Uint8Array(buffer, byteOffset, byteLength);
  if (size === 2) return new Uint16Array(buffer, byteOffset, byteLength / 2);
  return new Uint32Array(buffer, byteOffset, byteLength / 4);
}

/** Moves a field's bits from the records to `words`, of which a point has `perPoint`. */
function readWords(cloud: PointRecords, offset: number, words: Words, perPoint: number, flip: 0 | 1): void {
  const { width, height, rowStep, data } = cloud;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const word = words.BYTES_PER_ELEMENT;
  for (let row = 0; row < height; row++) {
    for (let k = 0; k < perPoint; k++) {
      const from = offset + row * rowStep + k * word;
      const stride: Stride = { count: width, from, to: row * width * perPoint + (k ^ flip), toStep: perPoint };
      // One loop for each kind of array: a loop that sees all of them is slow.
      if (words instanceof Uint32Array) readInts(view, words, cloud, stride);
      else if (words instanceof Uint16Array) readShorts(view, words, cloud, stride);
      else readBytes(view, words, cloud, stride);
    }
  }
}

/** Words of a row: how many, the first one's place in the records, its place in the array, and from that to the next. */
interface Stride {
  readonly count: number;
  readonly from: number;
  readonly to: number;
  readonly toStep: number;
}

function readInts(view: DataView, words: Uint32Array, { pointStep, isBigendian }: PointRecords, stride: Stride): void {
  const { count, toStep } = stride;
  for (let i = 0, { from, to } = stride; i < count; i++, from += pointStep, to += toStep) {
    words[to] = view.getUint32(from, !isBigendian);
  }
}

function readShorts(
  view: DataView,
  words: Uint16Array,
  { pointStep, isBigendian }: PointRecords,
  stride: Stride,
): void {
  const { count, toStep } = stride;
  for (let i = 0, { from, to } = stride; i < count; i++, from += pointStep, to += toStep) {
    words[to] = view.getUint16(from, !isBigendian);
  }
}

function readBytes(view: DataView, words: Uint8Array, { pointStep }: PointRecords, stride: Stride): void {
  const { count, toStep } = stride;
  for (let i = 0, { from, to } = stride; i < count; i++, from += pointStep, to += toStep) {
    words[to] = view.getUint8(from);
  }
}

/** Moves bits from `words` to a field of records without gaps between rows. */
function writeWords(cloud: PointRecords, offset: number, words: Words, perPoint: number, swapped: boolean): void {
  const { data, isBigendian, pointStep } = cloud;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const [word, little, flip] = [words.BYTES_PER_ELEMENT, !isBigendian, swapped ? 1 : 0];
  for (let from = 0, point = offset; from < words.length; point += pointStep) {
    for (let to = point; to < point + perPoint * word; to += word) {
      const bits = words[from++ ^ flip]!;
      if (word === 1) view.setUint8(to, bits);
      else if (word === 2) view.setUint16(to, bits, little);
      else view.setUint32(to, bits, little);
    }
  }
}
