/**
 * An upload whose raw pictures become JPEGs in the lane.
 *
 * @module
 */
import { MosaicoError } from "../../base/mod.ts";
import { type JpegCodec, jpegModule } from "../../codecs/mod.ts";
import { type Batch, type Column, type RowReader, rowReader, type Schema, sliceBatch } from "../../columnar/mod.ts";
import { jpegSourceOf, type RawImage } from "./raw_images.ts";
import type { JpegEncoding, Lane, LaneUpload } from "./types.ts";

const FORMAT = new TextEncoder().encode("jpeg");

/** libjpeg-turbo in WASM, compiled here for a lane that will need it and should not compile it again. */
export async function jpegModuleFor(lane: Lane): Promise<{ readonly module?: WebAssembly.Module }> {
  const isWasm = lane.codecs.some(({ codec, implementation }) => codec === "jpeg" && implementation === "wasm");
  return isWasm ? { module: await jpegModule() } : {};
}

/** Encodes one batch after the other; the next is encoded while the one before is on its way. */
export class JpegUpload implements LaneUpload {
  /** See {@linkcode LaneUpload.onPixelsFree}. */
  onPixelsFree: LaneUpload["onPixelsFree"];
  readonly #upload: LaneUpload;
  readonly #codec: Promise<JpegCodec>;
  readonly #encoding: JpegEncoding;
  readonly #rows: RowReader;
  /** The batches before: settles when the last of them is encoded. */
  #turn: Promise<unknown>;
  #isOver = false;

  /** Wraps the upload of the JPEGs, which is *taken*. `schema` is that of the raw pictures. */
  constructor(upload: LaneUpload, codec: Promise<JpegCodec>, encoding: JpegEncoding, schema: Schema) {
    this.#upload = upload;
    this.#encoding = encoding;
    this.#rows = rowReader(schema);
    this.#codec = codec;
    this.#turn = codec.catch(() => {}); // the first batch tells
    upload.failed.then(() => this.#isOver = true);
  }

  /** See {@linkcode LaneUpload.failed}. */
  get failed(): Promise<unknown> {
    return this.#upload.failed;
  }

  /**
   * See {@linkcode LaneUpload.send}. A picture whose JPEG is over the limit is left out; then the promise rejects with
   * `message.too_large`, whose fact `records` says how many were, and the upload goes on.
   */
  async send(batch: Batch, owned: boolean): Promise<void> {
    const encoded = this.#turn.then(() => this.#sendJpegs(batch));
    this.#turn = encoded.catch(() => {});
    const { rooms, tooLarge } = await encoded;
    if (owned) this.#freePixels(batch);
    await Promise.all(rooms);
    if (tooLarge !== undefined) throw tooLarge;
  }

  /** See {@linkcode LaneUpload.finish}. */
  async finish(): Promise<void> {
    await this.#turn;
    await this.#upload.finish();
  }

  /** See {@linkcode LaneUpload.cancel}. */
  cancel(): void {
    this.#isOver = true;
    this.#upload.cancel();
  }

  #freePixels({ columns }: Batch): void {
    const { buffer, byteLength } = columns.find(({ field }) => field.name === "data")!.values!;
    const holdsMore = buffer.byteLength > byteLength; // other columns, which are not sent yet
    if (!holdsMore) this.onPixelsFree?.(buffer);
  }

  async #sendJpegs(batch: Batch): Promise<{ rooms: unknown[]; tooLarge: MosaicoError | undefined }> {
    const codec = await this.#codec;
    const { maxBytes } = this.#encoding;
    const rooms: unknown[] = [];
    let tooLarge: MosaicoError | undefined;
    let first = 0;
    let jpegs: Uint8Array[] = [];
    let bytes = 0;
    const flush = (to: number) => {
      if (jpegs.length > 0) {
        rooms.push(this.#upload.send(this.#toJpegs(sliceBatch(batch, first, to), jpegs, bytes), true));
      }
      jpegs = [];
      bytes = 0;
      first = to;
    };
    for (let row = 0; row < batch.numRows && !this.#isOver; row++) {
      const image = this.#rows.row(batch, row) as unknown as RawImage;
      const jpeg = codec.encode(jpegSourceOf(image), this.#encoding);
      if (bytes + jpeg.byteLength > maxBytes) flush(row);
      if (jpeg.byteLength > maxBytes) {
        tooLarge = recordsTooLarge(Number(tooLarge?.facts["records"] ?? 0) + 1, jpeg.byteLength, maxBytes);
        first = row + 1;
      } else {
        jpegs.push(jpeg);
        bytes += jpeg.byteLength;
      }
    }
    flush(batch.numRows);
    return { rooms, tooLarge };
  }

  /** The batch as the server gets it: other columns stay, `data` and `format` are of the JPEGs. */
  #toJpegs({ numRows, columns }: Batch, jpegs: readonly Uint8Array[], bytes: number): Batch {
    const { schema } = this.#encoding;
    const own: Readonly<Record<string, readonly [Uint8Array, Int32Array]>> = {
      data: joined(jpegs, bytes),
      format: joined(jpegs.map(() => FORMAT), FORMAT.byteLength * jpegs.length),
    };
    const toColumn = (field: Column["field"]): Column => {
      const parts = own[field.name];
      if (parts === undefined) return columns.find((column) => column.field.name === field.name)!;
      const [values, offsets] = parts;
      return { field, length: numRows, nullCount: 0, validity: undefined, offsets, values, children: [] };
    };
    return { schema, numRows, columns: schema.fields.map(toColumn) };
  }
}

/** Values of a string or binary column. */
function joined(parts: readonly Uint8Array[], bytes: number): [Uint8Array, Int32Array] {
  const values = parts.length === 1 ? parts[0]! : new Uint8Array(bytes);
  const offsets = new Int32Array(parts.length + 1);
  parts.forEach((part, i) => {
    if (values !== part) values.set(part, offsets[i]!);
    offsets[i + 1] = offsets[i]! + part.byteLength;
  });
  return [values, offsets];
}

function recordsTooLarge(records: number, sizeBytes: number, maxBytes: number): MosaicoError {
  const text =
    `Cannot send ${records === 1 ? "a picture" : `${records} pictures`}: a JPEG of ${sizeBytes} bytes exceeds ` +
    `the maximum of ${maxBytes}`;
  return new MosaicoError("message.too_large", text, { records, sizeBytes, maxBytes });
}
