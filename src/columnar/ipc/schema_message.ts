/**
 * Schemas as IPC messages.
 *
 * @module
 */
import { type FieldSpec, type TableSpec, writeFlatbuffer } from "./flatbuffer_writer.ts";
import type { FlatTable } from "./flatbuffer_reader.ts";
import { invalidIpc, IpcError, SchemaError } from "../errors.ts";
import { childFields } from "../layout.ts";
import { MESSAGE, METADATA_V5, readMessage } from "./message.ts";
import { intType, readType, typeSpec } from "./schema_types.ts";
import type { DataType, Field, Schema } from "../types.ts";

/** How deep types may nest. */
const MAX_DEPTH = 64;

/**
 * Flatbuffer `Message` of `schema`, without length prefix, padded to 8 bytes: the `data_header` of the first FlightData.
 *
 * @throws {SchemaError} `schema.too_deep` when types nest deeper than 64.
 */
export function encodeSchema(schema: Schema): Uint8Array {
  const table: TableSpec = [
    undefined,
    { kind: "tables", value: schema.fields.map((field) => fieldTable(field, 0)) },
    metadataSpec(schema.metadata),
  ];
  return writeFlatbuffer([
    { kind: "int16", value: METADATA_V5 },
    { kind: "int8", value: MESSAGE.schema },
    { kind: "table", value: table },
    { kind: "int64", value: 0n },
  ]);
}

function fieldTable(field: Field, depth: number): TableSpec {
  if (depth > MAX_DEPTH) {
    throw new SchemaError(
      "schema.too_deep",
      `Cannot encode schema: field "${field.name}" is nested deeper than ${MAX_DEPTH}`,
      { field: field.name },
    );
  }
  const type = field.type.kind === "dictionary" ? field.type.values.type : field.type;
  if (type.kind === "dictionary") {
    throw new SchemaError("schema.unsupported_type", `Cannot encode schema: "${field.name}" is a dictionary of one`, {
      field: field.name,
    });
  }
  const { number, table } = typeSpec(type);
  const children = childFields(type).map((child) => fieldTable(child, depth + 1));
  return [
    { kind: "string", value: field.name },
    field.nullable ? { kind: "int8", value: 1 } : undefined,
    { kind: "int8", value: number },
    { kind: "table", value: table },
    field.type.kind === "dictionary" ? { kind: "table", value: dictionaryTable(field.type) } : undefined,
    { kind: "tables", value: children },
    metadataSpec(field.metadata),
  ];
}

function dictionaryTable(type: Extract<DataType, { kind: "dictionary" }>): TableSpec {
  const ordered: FieldSpec | undefined = type.ordered ? { kind: "int8", value: 1 } : undefined;
  if (type.indices.kind !== "int") throw new TypeError("Cannot encode schema: dictionary indices are not integers");
  return [
    { kind: "int64", value: type.id },
    { kind: "table", value: typeSpec(type.indices).table },
    ordered,
  ];
}

function metadataSpec(metadata: ReadonlyMap<string, string> | undefined): FieldSpec | undefined {
  if (metadata === undefined || metadata.size === 0) return undefined;
  const pairs = [...metadata].map(([key, value]): TableSpec => [
    { kind: "string", value: key },
    { kind: "string", value },
  ]);
  return { kind: "tables", value: pairs };
}

/**
 * The schema in `header`, a flatbuffer `Message` without length prefix. Verified: no byte is trusted.
 *
 * @throws {IpcError}
 */
export function decodeSchema(header: Uint8Array): Schema {
  const message = readMessage(header);
  if (message.kind !== MESSAGE.schema) throw invalidIpc("Cannot read schema: the message is of another kind");
  const table = message.content;
  const endianness = table.int16(0);
  if (endianness !== 0) {
    throw new IpcError(
      "codec.ipc_unsupported",
      `Cannot read schema: its data is ${endianness === 1 ? "big-endian" : `of endianness ${endianness}`}, ` +
        "expected little-endian",
    );
  }
  const fields = [...table.tables(1)].map((field) => readField(field, 0));
  const metadata = readMetadata(table, 2);
  return metadata === undefined ? { fields } : { fields, metadata };
}

function readField(table: FlatTable, depth: number): Field {
  if (depth > MAX_DEPTH) {
    throw new IpcError("codec.ipc_limit", `Cannot read schema: its types nest deeper than ${MAX_DEPTH}`);
  }
  const name = table.string(0) ?? "";
  const nullable = table.bool(1);
  const typeTable = table.table(3);
  if (typeTable === undefined) throw invalidIpc(`Cannot read schema: field "${name}" has no type`);
  const children = [...table.tables(5)].map((child) => readField(child, depth + 1));
  const type = readType(table.uint8(2), typeTable, children);
  const metadata = readMetadata(table, 6);
  const dictionary = table.table(4);
  return {
    name,
    type: dictionary === undefined ? type : dictionaryType(dictionary, type),
    nullable,
    ...(metadata === undefined ? {} : { metadata }),
  };
}

function dictionaryType(table: FlatTable, type: DataType): DataType {
  if (table.int16(3) !== 0) {
    throw new IpcError("codec.ipc_unsupported", "Cannot read schema: a dictionary that is not a dense array");
  }
  const indexTable = table.table(1);
  return {
    kind: "dictionary",
    id: table.int64(0),
    indices: indexTable === undefined ? { kind: "int", bits: 32, signed: true } : intType(indexTable),
    values: { name: "values", type, nullable: true },
    ordered: table.bool(2),
  };
}

/** Key-value pairs at `slot`; `undefined` when there are none. @throws {IpcError} */
function readMetadata(table: FlatTable, slot: number): ReadonlyMap<string, string> | undefined {
  const pairs = new Map<string, string>();
  for (const pair of table.tables(slot)) pairs.set(pair.string(0) ?? "", pair.string(1) ?? "");
  return pairs.size === 0 ? undefined : pairs;
}
