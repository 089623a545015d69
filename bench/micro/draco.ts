/**
 * Google's Draco, to compare point clouds with.
 *
 * @module
 */
import draco3d from "draco3d";

/** What is used of a module of Draco's. */
interface Draco {
  readonly POSITION: number;
  readonly PointCloudBuilder: new () => {
    AddFloatAttribute(cloud: object, kind: number, points: number, components: number, values: Float32Array): number;
  };
  readonly PointCloud: new () => object;
  readonly Encoder: new () => {
    SetEncodingMethod(method: number): void;
    SetSpeedOptions(encoding: number, decoding: number): void;
    SetAttributeExplicitQuantization(kind: number, bits: number, size: number, origin: number[], range: number): void;
    EncodePointCloudToDracoBuffer(cloud: object, deduplicate: boolean, out: object): number;
  };
  readonly DracoInt8Array: new () => { GetValue(index: number): number };
  readonly Decoder: new () => {
    DecodeArrayToPointCloud(bytes: Uint8Array, length: number, cloud: object): { ok(): boolean };
    GetAttributeId(cloud: object, kind: number): number;
    GetAttribute(cloud: object, id: number): object;
    GetAttributeDataArrayForAllPoints(
      cloud: object,
      attribute: object,
      type: number,
      bytes: number,
      at: number,
    ): boolean;
  };
  readonly DT_FLOAT32: number;
  readonly HEAPF32: Float32Array;
  _malloc(bytes: number): number;
  _free(at: number): void;
  destroy(object: object): void;
}

/** Points in their order; the other method sorts them. */
const SEQUENTIAL = 0;
/** 0 makes the smallest, 10 is the fastest; of sequential points it changes next to nothing. */
const SPEED = 10;

/** Encodes and decodes points, x y z each. */
export interface DracoPoints {
  encode(points: Float32Array): Uint8Array;
  decode(bytes: Uint8Array): Float32Array;
}

/** Draco's sequential method for points like these, on a grid of just `step`. */
export async function dracoPoints(step: number, like: Float32Array): Promise<DracoPoints> {
  let [low, high] = [Infinity, -Infinity];
  for (const value of like) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const origin = Math.floor(low / step) * step;
  const bits = Math.ceil(Math.log2((high - origin) / step + 2));
  const encoding: Draco = await draco3d.createEncoderModule({});
  const decoding: Draco = await draco3d.createDecoderModule({});
  return {
    encode(points) {
      const { POSITION, PointCloudBuilder, PointCloud, Encoder, DracoInt8Array } = encoding;
      const [builder, cloud, encoder, out] = [
        new PointCloudBuilder(),
        new PointCloud(),
        new Encoder(),
        new DracoInt8Array(),
      ];
      builder.AddFloatAttribute(cloud, POSITION, points.length / 3, 3, points);
      encoder.SetEncodingMethod(SEQUENTIAL);
      encoder.SetSpeedOptions(SPEED, SPEED);
      const range = step * (2 ** bits - 1);
      encoder.SetAttributeExplicitQuantization(POSITION, bits, 3, [origin, origin, origin], range);
      const length = encoder.EncodePointCloudToDracoBuffer(cloud, false, out);
      const bytes = new Uint8Array(length);
      for (let i = 0; i < length; i++) bytes[i] = out.GetValue(i); // the one way to its bytes
      for (const object of [out, encoder, cloud, builder]) encoding.destroy(object);
      return bytes;
    },
    decode(bytes) {
      const { POSITION, Decoder, PointCloud, DT_FLOAT32 } = decoding;
      const [decoder, cloud] = [new Decoder(), new PointCloud()];
      if (!decoder.DecodeArrayToPointCloud(bytes, bytes.length, cloud).ok()) {
        throw new Error("Draco cannot read itself");
      }
      const attribute = decoder.GetAttribute(cloud, decoder.GetAttributeId(cloud, POSITION));
      const bytesOut = 4 * like.length;
      const at = decoding._malloc(bytesOut);
      decoder.GetAttributeDataArrayForAllPoints(cloud, attribute, DT_FLOAT32, bytesOut, at);
      const values = decoding.HEAPF32.slice(at / 4, (at + bytesOut) / 4);
      decoding._free(at);
      for (const object of [cloud, decoder]) decoding.destroy(object);
      return values;
    },
  };
}
