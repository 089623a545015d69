/**
 * Record batches as one table.
 *
 * @module
 */
import type { RecordBatch, Table } from "apache-arrow";
import { type Schema, toArrow } from "../../columnar/mod.ts";

/** All of `batches` as an apache-arrow `Table` with the columns of `schema`, also when there are none. Copies nothing. */
export async function tableOf(schema: Schema, batches: AsyncIterable<RecordBatch>): Promise<Table> {
  const arrow = await import("apache-arrow");
  const parts = await Array.fromAsync(batches);
  const columns = parts[0]?.schema ?? (await toArrow({ schema, numRows: 0, columns: [] })).schema;
  return new arrow.Table(columns, parts);
}
