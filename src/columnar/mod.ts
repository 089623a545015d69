/**
 * Tables in memory, in Arrow's layout: schema, batches, builders, rows, and the IPC format on the wire.
 *
 * @module
 */
export type { Batch, BodyCodec, Column, DataType, Field, IpcMessage, Schema, TimeUnit, ValueArray } from "./types.ts";
export { type ErrorFacts, MosaicoError } from "../base/mod.ts";
export { IpcError, SchemaError } from "./errors.ts";
export { fromArrow } from "./arrow/from_arrow.ts";
export { toArrow } from "./arrow/to_arrow.ts";
export { BatchBuilder, type BatchBuilderOptions } from "./building/batch_builder.ts";
export { batchFromColumns } from "./building/batch_from_columns.ts";
export { isZeros, zeros } from "./building/zeros.ts";
export { SparseEncoder } from "./sparse_encoder.ts";
export { ZeroFrameCodec } from "./zero_frames.ts";
export { equalSchemas } from "./equal.ts";
export { schemaFingerprintText } from "./fingerprint_text.ts";
export { BatchDecoder } from "./ipc/batch_decoder.ts";
export { encodeBatch, sizeOfBatch } from "./ipc/batch_encoder.ts";
export { encapsulate, unwrapEncapsulated } from "./ipc/message.ts";
export { BatchProjection, type BodyRange, type ProjectedMessage } from "./ipc/projection.ts";
export { decodeSchema, encodeSchema } from "./ipc/schema_message.ts";
export { type RowReader, rowReader, type RowReaderOptions, timestamps } from "./rows/row_reader.ts";
export { fromFloat16Bits } from "./float16.ts";
export { dataViewOf, isNumeric } from "./layout.ts";
export { concatColumns } from "./concat.ts";
export { sliceBatch } from "./slice.ts";
export { takeColumn } from "./take.ts";
export { perArrayClass } from "./per_array_class.ts";
export { sameLayout } from "./same_layout.ts";
