/**
 * Record batch messages as batches.
 *
 * @module
 */
import { BodyReader } from "./body_reader.ts";
import { type ColumnSource, readColumn } from "./column_reader.ts";
import { Dictionaries } from "./dictionaries.ts";
import { invalidIpc, IpcError } from "../errors.ts";
import { MESSAGE, readMessage } from "./message.ts";
import type { Batch, BodyCodec, Schema } from "../types.ts";

/**
 * Decodes the messages that follow a schema, in order.
 *
 * Everything is verified before a batch is returned: offsets, lengths, counts, indices, UTF-8. Keeps the stream's
 * dictionaries, at most 256 MiB of them.
 */
export class BatchDecoder {
  readonly #schema: Schema;
  readonly #codecs: readonly BodyCodec[];
  readonly #dictionaries: Dictionaries;

  /** For batches of `schema`; `codecs` are those a compressed body may need. @throws {IpcError} */
  constructor(schema: Schema, codecs: readonly BodyCodec[] = []) {
    this.#schema = schema;
    this.#codecs = codecs;
    this.#dictionaries = new Dictionaries(schema);
  }

  /**
   * The batch of one message; `undefined` for a dictionary, which is kept.
   *
   * Ownership: columns are views of `body` (copies where it is compressed or misaligned), so `body` must stay as it is.
   *
   * @throws {IpcError} when the message is not sound, or contradicts the schema.
   */
  decode(header: Uint8Array, body: Uint8Array): Batch | undefined {
    const message = readMessage(header);
    const { kind, version, reader, bodyLength } = message;
    if (bodyLength > body.byteLength) {
      throw new IpcError(
        "codec.ipc_truncated",
        `Cannot read batch: a body of ${body.byteLength} bytes, expected ${bodyLength}`,
      );
    }
    const own = body.subarray(0, bodyLength);
    const source = (table: typeof message.content): ColumnSource => ({
      body: new BodyReader(reader, table, own, this.#codecs),
      version,
      dictionary: (field) => this.#dictionaries.get(field),
    });
    if (kind === MESSAGE.recordBatch) return this.#batch(source(message.content));
    if (kind !== MESSAGE.dictionaryBatch) throw invalidIpc("Cannot read batch: the message is a second schema");
    const table = message.content.table(1);
    if (table === undefined) throw invalidIpc("Cannot read batch: a dictionary without values");
    const id = message.content.int64(0);
    const dictionary = source(table);
    const values = readColumn(dictionary, this.#dictionaries.field(id));
    dictionary.body.finish();
    this.#dictionaries.set(id, values, message.content.bool(2));
    return undefined;
  }

  #batch(source: ColumnSource): Batch {
    const { numRows } = source.body;
    const columns = this.#schema.fields.map((field) => {
      const column = readColumn(source, field);
      if (column.length === numRows) return column;
      throw invalidIpc(`Cannot read batch: column "${field.name}" has ${column.length} rows, expected ${numRows}`);
    });
    source.body.finish();
    return { schema: this.#schema, numRows, columns };
  }
}
