/**
 * Rows picked from batches, made batches again.
 *
 * @module
 */
import { concat, isMosaicoError } from "../../base/mod.ts";
import {
  type Batch,
  BatchBuilder,
  encodeBatch,
  type RowReader,
  rowReader,
  type Schema,
  sliceBatch,
} from "../../columnar/mod.ts";
import type { TopicFileWriter } from "./topic_file.ts";

/** Bytes of the batches written: what a merge holds of each of its runs. */
const BATCH_BYTES = 1 << 20;

/** Rows in order, on their way into a file. */
export interface SortedRows {
  /** Adds row `row` of `batch`, whose time is `time`. Answers `undefined` while there is room, else a promise of it. */
  append(time: bigint, batch: Batch, row: number): Promise<void> | undefined;
  /** Hands what was added to the writer. */
  flush(): Promise<void>;
}

/** Rows of `schema` for `writer`; the record time is in column `timeColumn`. */
export function sortedRows(writer: TopicFileWriter, schema: Schema, timeColumn: number): SortedRows {
  try {
    return new RebuiltRows(writer, schema, timeColumn);
  } catch (error) {
    if (!isMosaicoError(error, "schema.")) throw error;
    return new SlicedRows(writer);
  }
}

/** Reads every row and builds batches anew. */
class RebuiltRows implements SortedRows {
  readonly #writer: TopicFileWriter;
  readonly #schema: Schema;
  readonly #timeColumn: number;
  /** The schema as rows have it: the record time first. */
  readonly #rowSchema: Schema;
  readonly #reader: RowReader;
  readonly #builder: BatchBuilder;
  /** A reader a batch: rows of many batches take turns. */
  readonly #sources = new WeakMap<Batch, { readonly rows: Batch; readonly reader: RowReader }>();

  constructor(writer: TopicFileWriter, schema: Schema, timeColumn: number) {
    this.#writer = writer;
    this.#schema = schema;
    this.#timeColumn = timeColumn;
    const [time, ...others] = moved(schema.fields, timeColumn, 0);
    this.#rowSchema = { ...schema, fields: [{ ...time!, nullable: false }, ...others] };
    this.#reader = rowReader(this.#rowSchema);
    this.#builder = new BatchBuilder(this.#rowSchema);
  }

  append(time: bigint, batch: Batch, row: number): Promise<void> | undefined {
    let source = this.#sources.get(batch);
    if (source === undefined) {
      const columns = moved(batch.columns, this.#timeColumn, 0);
      source = { rows: { ...batch, schema: this.#rowSchema, columns }, reader: this.#reader.fork() };
      this.#sources.set(batch, source);
    }
    this.#builder.append(time, source.reader.row(source.rows, row));
    return this.#builder.byteLength < BATCH_BYTES ? undefined : this.flush();
  }

  async flush(): Promise<void> {
    if (this.#builder.numRows === 0) return;
    const rows = this.#builder.finish();
    const columns = moved(rows.columns, 0, this.#timeColumn);
    await write(this.#writer, { ...rows, schema: this.#schema, columns });
  }
}

/** Cuts neighbours out of their batches: many small batches, but of any type, where columns have no row form. */
class SlicedRows implements SortedRows {
  readonly #writer: TopicFileWriter;
  #batch: Batch | undefined;
  #from = 0;
  #to = 0;

  constructor(writer: TopicFileWriter) {
    this.#writer = writer;
  }

  append(_time: bigint, batch: Batch, row: number): Promise<void> | undefined {
    if (batch === this.#batch && row === this.#to) {
      this.#to++;
      return undefined;
    }
    const written = this.flush();
    this.#batch = batch;
    this.#from = row;
    this.#to = row + 1;
    return written;
  }

  async flush(): Promise<void> {
    const batch = this.#batch;
    this.#batch = undefined;
    if (batch !== undefined) await write(this.#writer, sliceBatch(batch, this.#from, this.#to));
  }
}

async function write(writer: TopicFileWriter, batch: Batch): Promise<void> {
  const { header, body } = encodeBatch(batch);
  await writer.append(header, concat(body));
}

/** `list` with one entry at another place. */
function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const copy = [...list];
  copy.splice(to, 0, ...copy.splice(from, 1));
  return copy;
}
