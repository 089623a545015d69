/**
 * What every room uses: errors, queues, permits, deadlines, bytes, exact JSON. No word of the domain.
 *
 * @module
 */
export { abortable, anySignal, delay } from "./abort.ts";
export {
  concat,
  concatNumbers,
  EMPTY_BYTES,
  equalBytes,
  fromHex,
  fromUtf8,
  toHex,
  totalLength,
  utf8,
} from "./bytes.ts";
export { type ErrorData, type ErrorFacts, errorToData, isMosaicoError, messageOf, MosaicoError } from "./errors.ts";
export { type JsonObject, type JsonValue, parseJson, stringifyJson } from "./json.ts";
export { type OpeningStream, openingStream } from "./opening_stream.ts";
export { missingWorkerPermission } from "./permission.ts";
export { Queue, type QueueOptions } from "./queue.ts";
export { Semaphore } from "./semaphore.ts";
export { compareText } from "./text_order.ts";
export { giveWay } from "./turn.ts";
