/**
 * The column of record times.
 *
 * @module
 */
import { MosaicoError } from "../../base/mod.ts";
import type { Batch, Schema } from "../../columnar/mod.ts";

/** Name of the column. */
const TIMESTAMP = "timestamp_ns";

/** Where the record time stands among the columns. @throws {MosaicoError} `schema.timestamp` when there is none, or of another type */
export function timestampColumn(schema: Schema): number {
  const index = schema.fields.findIndex((field) => field.name === TIMESTAMP);
  const type = schema.fields[index]?.type;
  if (type?.kind === "int" && type.bits === 64 && type.signed) return index;
  const found = type === undefined ? "there is none" : `its type is ${type.kind}`;
  throw new MosaicoError(
    "schema.timestamp",
    `Cannot store schema: a column "${TIMESTAMP}" of int64 is needed, ${found}`,
  );
}

/** Record times of `batch`. Returns a view. @throws {MosaicoError} `schema.timestamp` when one is null */
export function timesOf(batch: Batch, column: number): BigInt64Array {
  const { values, nullCount } = batch.columns[column]!;
  if (nullCount > 0) {
    throw new MosaicoError("schema.timestamp", `Cannot store batch: "${TIMESTAMP}" is null in ${nullCount} rows`);
  }
  return (values as BigInt64Array).subarray(0, batch.numRows);
}

/** Whether `times` never go back. Reads them as halves: a comparison of BigInts costs ten times as much. */
export function areInOrder(times: BigInt64Array): boolean {
  const halves = new Int32Array(times.buffer, times.byteOffset, 2 * times.length);
  let high = -0x8000_0000;
  let low = 0;
  for (let i = 0; i < halves.length; i += 2) {
    const nextLow = halves[i]! >>> 0;
    const nextHigh = halves[i + 1]!;
    if (nextHigh < high || (nextHigh === high && nextLow < low)) return false;
    high = nextHigh;
    low = nextLow;
  }
  return true;
}

/** Smallest and largest of `times`, which has at least one. */
export function boundsOf(times: BigInt64Array, inOrder: boolean): { startNs: bigint; endNs: bigint } {
  let startNs = times[0]!;
  let endNs = times.at(-1)!;
  if (!inOrder) {
    for (const time of times) {
      if (time < startNs) startNs = time;
      if (time > endNs) endNs = time;
    }
  }
  return { startNs, endNs };
}

/** Number of `times`, in order, that are before `time`. */
export function countBefore(times: BigInt64Array, time: bigint): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
