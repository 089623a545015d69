/**
 * What wide tables are made of.
 *
 * @module
 */
import type { Table } from "apache-arrow";
import type { SequenceHandler, SequenceStreamer, SequenceStreamOptions } from "../client/mod.ts";
import { type Batch, type Column, concatColumns, type Field, toArrow } from "../columnar/mod.ts";
import { type Leaf, leavesOf } from "./leaves.ts";

/** A topic of a wide table. */
export interface TopicLeaves {
  /** Name with a leading slash. */
  readonly topic: string;
  /** Its columns. */
  readonly leaves: readonly Leaf[];
}

/** Column of the record times in a wide table. */
const TIMESTAMP: Field = {
  name: "timestamp_ns",
  type: { kind: "int", bits: 64, signed: true },
  nullable: false,
};

/** Opens a stream, and learns the columns of every topic in it before the first row comes. */
export async function openWide(
  sequence: SequenceHandler,
  options: SequenceStreamOptions,
): Promise<{ readonly stream: SequenceStreamer; readonly topics: readonly TopicLeaves[]; readonly startNs: bigint }> {
  const stream = sequence.stream(options);
  try {
    const info = await stream.info();
    const limits = options.signal === undefined ? {} : { signal: options.signal };
    const topics = info.topics.map(async ({ topic, ontologyTag }) => {
      const { schema } = await sequence.topicHandler(topic, limits);
      return { topic, leaves: schema === undefined ? [] : leavesOf(topic, ontologyTag, schema) };
    });
    return { stream, topics: await Promise.all(topics), startNs: info.startNs ?? 0n };
  } catch (error) {
    stream.close();
    throw error;
  }
}

/** Columns of the same rows. */
export function wideBatch(times: BigInt64Array, columns: readonly Column[]): Batch {
  const time: Column = {
    field: TIMESTAMP,
    length: times.length,
    nullCount: 0,
    validity: undefined,
    offsets: undefined,
    values: times,
    children: [],
  };
  const all = [time, ...columns];
  return { schema: { fields: all.map((column) => column.field) }, numRows: times.length, columns: all };
}

/** Batches of the same columns as one table of one batch. */
export async function tableOfBatches(batches: readonly Batch[]): Promise<Table> {
  const [first] = batches;
  const { schema } = first!;
  const whole = batches.length === 1 ? first! : {
    schema,
    numRows: batches.reduce((sum, batch) => sum + batch.numRows, 0),
    columns: schema.fields.map((_, i) => concatColumns(batches.map((batch) => batch.columns[i]!))),
  };
  const { Table } = await import("apache-arrow");
  return new Table([await toArrow(whole)]);
}
