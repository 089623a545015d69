/**
 * Record batch messages without the columns nobody asked for.
 *
 * @module
 */
import { IpcError } from "../errors.ts";
import { childFields, hasValidity, layoutOf } from "../layout.ts";
import type { DataType, Field, Schema } from "../types.ts";
import { writeBatchHeader } from "./batch_header.ts";
import { countAt } from "./flatbuffer_reader.ts";
import { MESSAGE, METADATA_V5, type OpenMessage, readMessage } from "./message.ts";

/** A piece of a body, and its place in the projected one. */
export interface BodyRange {
  /** Where it begins in the body of the whole message. */
  readonly from: number;
  /** Where it begins in the projected body, a multiple of 8. */
  readonly to: number;
  /** Bytes. */
  readonly length: number;
}

/** A message of some columns: its header, and what its body is put together from. */
export interface ProjectedMessage {
  /** Flatbuffer header, for batches of the projected schema. */
  readonly header: Uint8Array;
  /** The pieces of its body, in order. */
  readonly ranges: readonly BodyRange[];
  /** Bytes of its body. */
  readonly bodyLength: number;
}

/** Which part of a field is kept: all of it, or some of its children. */
type Selection = "all" | Map<number, Selection>;

/**
 * Keeps some columns of batches of a schema: what is left is a message like any other, so whoever stores messages can read
 * the buffers it needs, and no others.
 */
export class BatchProjection {
  /** Schema of what is left. Fields keep their order. */
  readonly schema: Schema;
  readonly #fields: readonly Field[];
  readonly #selection: ReadonlyMap<number, Selection>;

  /**
   * Keeps the columns at `paths`: places of fields from the top of `schema` inwards; the item of a list has the place 0.
   * A field a path ends at is kept with all it holds.
   */
  constructor(schema: Schema, paths: readonly (readonly number[])[]) {
    const selection = new Map<number, Selection>();
    for (const path of paths) select(selection, path, 0, { kind: "struct", fields: schema.fields });
    this.#fields = schema.fields;
    this.#selection = selection;
    this.schema = { ...schema, fields: project(schema.fields, selection) };
  }

  /** What is left of the message with this header. Borrows it. @throws {IpcError} */
  project(header: Uint8Array): ProjectedMessage {
    const cursor = new Cursor(readMessage(header));
    this.#fields.forEach((field, i) => cursor.field(field, this.#selection.get(i)));
    return cursor.finish();
  }
}

function select(selection: Map<number, Selection>, path: readonly number[], at: number, type: DataType): void {
  const index = path[at]!;
  const child = childFields(type)[index]!;
  const known = selection.get(index);
  if (known === "all") return;
  // Only these can be read without all of their children.
  const { kind } = child.type;
  const isOpen = kind === "struct" || kind === "list" || kind === "largeList" || kind === "fixedSizeList";
  if (at + 1 === path.length || !isOpen) {
    selection.set(index, "all");
    return;
  }
  const inner = known ?? new Map<number, Selection>();
  selection.set(index, inner);
  select(inner, path, at + 1, child.type);
}

function project(fields: readonly Field[], selection: ReadonlyMap<number, Selection>): Field[] {
  return fields.flatMap((field, i): Field[] => {
    const selected = selection.get(i);
    if (selected === undefined) return [];
    if (selected === "all") return [field];
    const children = project(childFields(field.type), selected);
    const { type } = field;
    return [{
      ...field,
      type: type.kind === "struct" ? { ...type, fields: children } : { ...type, item: children[0]! } as DataType,
    }];
  });
}

/** Goes through the nodes and buffers of a message in the order of its schema. */
class Cursor {
  readonly #message: OpenMessage;
  readonly #numRows: number;
  readonly #codec: number | undefined;
  readonly #nodesIn: { readonly count: number; readonly position: number };
  readonly #buffersIn: { readonly count: number; readonly position: number };
  readonly #variadicIn: { readonly count: number; readonly position: number };
  #node = 0;
  #buffer = 0;
  #variadicAt = 0;
  readonly #nodes: number[] = [];
  readonly #buffers: number[] = [];
  readonly #variadic: number[] = [];
  readonly #ranges: BodyRange[] = [];
  #length = 0;

  constructor(message: OpenMessage) {
    if (message.kind !== MESSAGE.recordBatch) throw unsound("it is no record batch");
    const { content } = message;
    this.#message = message;
    this.#numRows = content.count(0);
    this.#nodesIn = content.vector(1, 16);
    this.#buffersIn = content.vector(2, 16);
    this.#codec = content.table(3)?.uint8(0);
    this.#variadicIn = content.vector(4, 8);
  }

  /** Takes or passes over a field with all below it. */
  field(field: Field, selected: Selection | undefined): void {
    const { type } = field;
    const keep = selected !== undefined;
    const nullCount = this.#takeNode(keep);
    const layout = layoutOf(type);
    if (hasValidity(type)) this.#takeBuffer(keep, nullCount > 0);
    else if (type.kind === "union" && this.#message.version < METADATA_V5) this.#takeBuffer(false, false);
    for (let i = buffersOf(layout.kind === "union" ? layout.dense ? "dense" : "union" : layout.kind); i > 0; i--) {
      this.#takeBuffer(keep, true);
    }
    if (layout.kind === "view") { for (let i = this.#takeVariadic(keep); i > 0; i--) this.#takeBuffer(keep, true); }
    childFields(type).forEach((child, i) => {
      this.field(child, selected === undefined || selected === "all" ? selected : selected.get(i));
    });
  }

  finish(): ProjectedMessage {
    const header = writeBatchHeader({
      numRows: this.#numRows,
      nodes: this.#nodes,
      buffers: this.#buffers,
      variadic: this.#variadic,
      bodyLength: this.#length,
      codec: this.#codec,
    });
    return { header, ranges: this.#ranges, bodyLength: this.#length };
  }

  #takeNode(keep: boolean): number {
    if (this.#node === this.#nodesIn.count) throw unsound("it has fewer columns than its schema");
    const { view } = this.#message.reader;
    const at = this.#nodesIn.position + 16 * this.#node++;
    const nullCount = countAt(view, at + 8);
    if (keep) this.#nodes.push(countAt(view, at), nullCount);
    return nullCount;
  }

  /** `needed` is false for a bitmap of what is not null anyway. */
  #takeBuffer(keep: boolean, needed: boolean): void {
    if (this.#buffer === this.#buffersIn.count) throw unsound("it has fewer buffers than its schema needs");
    const { view } = this.#message.reader;
    const at = this.#buffersIn.position + 16 * this.#buffer++;
    if (!keep) return;
    const from = countAt(view, at);
    const length = needed ? countAt(view, at + 8) : 0;
    this.#buffers.push(this.#length, length);
    if (length === 0) return;
    if (from + length > this.#message.bodyLength) {
      throw unsound(`a buffer of ${length} bytes at ${from} is outside its body`);
    }
    this.#ranges.push({ from, to: this.#length, length });
    this.#length += Math.ceil(length / 8) * 8;
  }

  #takeVariadic(keep: boolean): number {
    if (this.#variadicAt === this.#variadicIn.count) throw unsound("a view column lacks its count of buffers");
    const count = countAt(this.#message.reader.view, this.#variadicIn.position + 8 * this.#variadicAt++);
    if (count > this.#buffersIn.count) throw unsound(`a view column claims ${count} buffers`);
    if (keep) this.#variadic.push(count);
    return count;
  }
}

/** Buffers of a column beside its bitmap. */
function buffersOf(layout: string): number {
  switch (layout) {
    case "bytes":
    case "listView":
    case "dense":
      return 2;
    case "fixed":
    case "bits":
    case "list":
    case "union":
    case "view":
      return 1;
    default:
      return 0;
  }
}

function unsound(why: string): IpcError {
  return new IpcError("codec.ipc_invalid", `Cannot read batch: ${why}`);
}
