/**
 * Rows of raw pictures, and whether a JPEG can hold them.
 *
 * @module
 */
import type { JpegSource } from "../../codecs/mod.ts";
import { SchemaError } from "../../columnar/mod.ts";

/** What is looked at of a row of the type `Image`. */
export interface RawImage {
  /** `height` times `stride` bytes. */
  readonly data: Uint8Array;
  /** How the bytes are stored. */
  readonly format: string;
  /** Columns, pixels. */
  readonly width: number;
  /** Rows, pixels. */
  readonly height: number;
  /** Bytes from one row to the next. */
  readonly stride: number;
  /** What a pixel is. */
  readonly encoding: string;
}

type PixelOrder = Required<Pick<JpegSource, "channels" | "order">>;

/** Encodings whose pixels a JPEG can hold, alpha apart. */
const ORDERS: ReadonlyMap<unknown, PixelOrder> = new Map<unknown, PixelOrder>([
  ["rgb8", { channels: 3, order: "rgb" }],
  ["bgr8", { channels: 3, order: "bgr" }],
  ["rgba8", { channels: 4, order: "rgb" }],
  ["bgra8", { channels: 4, order: "bgr" }],
  ["mono8", { channels: 1, order: "rgb" }],
]);

/** Rows or columns of a JPEG at most: libjpeg's own limit. */
const MAX_SIDE = 65_500;
/** Pixels at most, the default of the codec. */
const MAX_PIXELS = 67_108_864;

/** Refuses a picture that no JPEG can hold. @throws {SchemaError} `schema.invalid_value`, naming field, value and rule */
export function checkRawImage({ data, format, width, height, stride, encoding }: RawImage): void {
  const order = ORDERS.get(encoding);
  if (order === undefined) throw invalid("encoding", encoding, `be one of ${[...ORDERS.keys()].join(", ")}`);
  if (format !== "raw") throw invalid("format", format, "be raw for a topic that is encoded as JPEG");
  for (const [field, value] of [["width", width], ["height", height]] as const) {
    if (!(Number.isInteger(value) && value >= 1 && value <= MAX_SIDE)) {
      throw invalid(field, value, `be an integer from 1 to ${MAX_SIDE}`);
    }
  }
  if (width * height > MAX_PIXELS) throw invalid("height", height, `make at most ${MAX_PIXELS} pixels with the width`);
  const rowBytes = width * order.channels;
  if (!(Number.isInteger(stride) && stride >= rowBytes)) throw invalid("stride", stride, `be at least ${rowBytes}`);
  if (!ArrayBuffer.isView(data)) throw invalid("data", data, "be a Uint8Array");
  if (data.byteLength !== height * stride) {
    throw invalid("data", `${data.byteLength} bytes`, `be ${height} rows of ${stride} bytes`);
  }
}

function invalid(field: string, value: unknown, rule: string): SchemaError {
  const shown = typeof value === "string" ? value.slice(0, 60) : String(value);
  return new SchemaError(
    "schema.invalid_value",
    `Cannot accept a value of Image: ${field} is ${shown}, must ${rule}`,
    { type: "Image", field, value: shown, rule: `must ${rule}` },
  );
}

/** A picture that {@linkcode checkRawImage} accepts, as the codec takes it. Borrows its bytes. */
export function jpegSourceOf({ data, width, height, stride, encoding }: RawImage): JpegSource {
  return { ...ORDERS.get(encoding)!, data, width, height, stride };
}
