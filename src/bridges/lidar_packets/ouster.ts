/**
 * Ouster's lidar packets: columns of one azimuth, with a pixel for each beam.
 *
 * Sources: Ouster's sensor documentation, "Lidar Data Packet Format" and "Lidar Range to XYZ".
 *
 * @module
 */
import type { Lidar, Message } from "../../ontology/mod.ts";
import { type OusterMetadata, ousterMetadata, type OusterProfile } from "./ouster_metadata.ts";
import {
  type LidarPacket,
  type LidarPackets,
  packetError,
  type PacketOptions,
  type PacketReader,
  scansOf,
} from "./packet.ts";
import { ScanBuilder, type ScanColumn, type ScanStart } from "./scan_builder.ts";

const SENSOR = "Ouster";
/** Packets of the IMU, which some recordings mix in. */
const IMU_PACKET_BYTES = 48;
/** Older ROS drivers record one byte more than the sensor sent. */
const EXTRA_BYTES = 1;
const PACKET_HEADER_BYTES = 32;
const PACKET_FOOTER_BYTES = 32;
const LIDAR_PACKET = 1;
const MILLIMETRE = 0.001;

/** Where the parts of a pixel are; a part that is not there is at −1. */
interface PixelLayout {
  readonly bytes: number;
  /** Ranges, one for each return: a u32 or u16 of which some bits count. */
  readonly ranges: readonly number[];
  readonly rangeSize: 2 | 4;
  readonly rangeBits: number;
  /** Units of range, millimetres. */
  readonly rangeUnit: number;
  readonly reflectivities: readonly number[];
  readonly reflectivitySize: 1 | 2;
  readonly signals: readonly number[];
  readonly nearIr: number;
  /** Size of near infrared, and its unit. */
  readonly nearIrSize: 1 | 2;
  readonly nearIrUnit: number;
}

const TWELVE_BYTES = { bytes: 12, ranges: [0], rangeSize: 4, rangeUnit: 1, signals: [6], nearIr: 8 } as const;
const LAYOUTS: Readonly<Record<OusterProfile, PixelLayout>> = {
  "LEGACY": {
    ...TWELVE_BYTES,
    ...{ rangeBits: 0xfffff, reflectivities: [4], reflectivitySize: 2, nearIrSize: 2, nearIrUnit: 1 },
  },
  "RNG19_RFL8_SIG16_NIR16": {
    ...TWELVE_BYTES,
    ...{ rangeBits: 0x7ffff, reflectivities: [4], reflectivitySize: 1, nearIrSize: 2, nearIrUnit: 1 },
  },
  "RNG19_RFL8_SIG16_NIR16_DUAL": {
    ...{ bytes: 16, ranges: [0, 4], rangeSize: 4, rangeBits: 0x7ffff, rangeUnit: 1 },
    ...{ reflectivities: [3, 7], reflectivitySize: 1, signals: [8, 10], nearIr: 12, nearIrSize: 2, nearIrUnit: 1 },
  },
  "RNG15_RFL8_NIR8": {
    ...{ bytes: 4, ranges: [0], rangeSize: 2, rangeBits: 0x7fff, rangeUnit: 8 },
    ...{ reflectivities: [2], reflectivitySize: 1, signals: [], nearIr: 3, nearIrSize: 1, nearIrUnit: 16 },
  },
};

/**
 * The scans in an Ouster sensor's lidar packets (UDP payloads; packets of its IMU are passed over), one for each frame, in
 * the sensor's frame: x forward, y left, z up. Points are in the order of the columns; pixels without a return have none.
 * `intensity` is the signal, in photons; `beamId` the row, from the top; `returnType` 1 and 2 with dual returns.
 *
 * A scan's time is the arrival of its first packet; its header has the time of its first column on the sensor's own clock,
 * which is Unix time only when the sensor is so configured. The first and last scan may be parts of a frame.
 *
 * @param metadata Of {@linkcode ousterMetadata}, or the sensor's JSON
 * @throws {MosaicoError} `codec.lidar_metadata`; `codec.lidar_packet` unless `onInvalidPacket` takes it
 *
 * @example
 * ```ts
 * import { type LidarPacket, ousterScans } from "@mosaico/client/bridges/lidar";
 *
 * async function count(packets: AsyncIterable<LidarPacket>, metadataJson: string) {
 *   for await (const { timestampNs, data } of ousterScans(packets, metadataJson, { frameId: "os_sensor" })) {
 *     console.log(timestampNs, data.x.length);
 *   }
 * }
 * ```
 */
export function ousterScans(
  packets: LidarPackets,
  metadata: OusterMetadata | string,
  options: PacketOptions = {},
): AsyncGenerator<Message<Lidar>, void, undefined> {
  const known = typeof metadata === "string" ? ousterMetadata(metadata) : metadata;
  return scansOf(packets, new OusterReader(known, options.frameId ?? ""), options.onInvalidPacket);
}

/** A frame that is going on. */
interface Frame extends ScanStart {
  readonly id: number;
  /** Which columns it has. */
  readonly seen: Uint8Array;
}

class OusterReader implements PacketReader {
  readonly #metadata: OusterMetadata;
  readonly #layout: PixelLayout;
  readonly #geometry: Geometry;
  readonly #builder: ScanBuilder;
  readonly #legacy: boolean;
  readonly #columnBytes: number;
  readonly #packetBytes: number;
  #frame: Frame | undefined;

  constructor(metadata: OusterMetadata, frameId: string) {
    this.#metadata = metadata;
    this.#layout = LAYOUTS[metadata.profile];
    this.#geometry = new Geometry(metadata);
    const { ranges, signals, bytes } = this.#layout;
    const columns: ScanColumn[] = ["x", "y", "z", "range", "reflectivity", "nearIr", "beamId", "pointTimestamp"];
    if (signals.length > 0) columns.push("intensity");
    if (ranges.length > 1) columns.push("returnType");
    this.#builder = new ScanBuilder(columns, frameId);
    this.#legacy = metadata.profile === "LEGACY";
    this.#columnBytes = (this.#legacy ? 20 : 12) + bytes * metadata.pixelsPerColumn;
    const around = this.#legacy ? 0 : PACKET_HEADER_BYTES + PACKET_FOOTER_BYTES;
    this.#packetBytes = around + metadata.columnsPerPacket * this.#columnBytes;
  }

  read({ timestampNs, data }: LidarPacket): readonly Message<Lidar>[] {
    const extra = data.byteLength - this.#packetBytes;
    if (extra !== 0 && extra !== EXTRA_BYTES) {
      if (data.byteLength === IMU_PACKET_BYTES || data.byteLength === IMU_PACKET_BYTES + EXTRA_BYTES) return [];
      throw packetError(SENSOR, `it has ${data.byteLength} bytes, expected ${this.#packetBytes}`);
    }
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const type = this.#legacy ? LIDAR_PACKET : view.getUint16(0, true);
    if (type !== LIDAR_PACKET) throw packetError(SENSOR, `its type is ${type}, expected ${LIDAR_PACKET}`);
    const whole: Message<Lidar>[] = [];
    for (let i = 0; i < this.#metadata.columnsPerPacket; i++) {
      const at = (this.#legacy ? 0 : PACKET_HEADER_BYTES) + i * this.#columnBytes;
      const status = this.#legacy ? view.getUint32(at + this.#columnBytes - 4, true) : view.getUint16(at + 10, true);
      if ((status & 1) === 0) continue; // not measured: outside the window, or lost
      const column = view.getUint16(at + 8, true);
      if (column >= this.#metadata.columnsPerFrame) {
        throw packetError(SENSOR, `column ${column} is not one of ${this.#metadata.columnsPerFrame}`);
      }
      const id = view.getUint16(this.#legacy ? at + 10 : 2, true);
      const frame = this.#frameOf(id, view.getBigUint64(at, true), timestampNs, whole);
      if (frame === undefined || frame.seen[column] === 1) continue; // late, or sent twice
      frame.seen[column] = 1;
      this.#readColumn(view, at, column, frame);
    }
    return whole;
  }

  end(): Message<Lidar> | undefined {
    const frame = this.#frame;
    this.#frame = undefined;
    return frame && this.#builder.finish(frame);
  }

  /** The frame with this id: that which goes on, or a new one; none when it is over already. */
  #frameOf(id: number, sensorNs: bigint, timestampNs: bigint, whole: Message<Lidar>[]): Frame | undefined {
    const ahead = this.#frame === undefined ? 1 : (id - this.#frame.id + 0x10000) % 0x10000;
    if (ahead === 0) return this.#frame;
    if (ahead > 0x8000) return undefined;
    const before = this.end();
    if (before !== undefined) whole.push(before);
    return this.#frame = { id, sensorNs, timestampNs, seen: new Uint8Array(this.#metadata.columnsPerFrame) };
  }

  #readColumn(view: DataView, at: number, column: number, frame: Frame): void {
    const { pixelsPerColumn } = this.#metadata;
    const layout = this.#layout;
    const { ranges, rangeSize, rangeBits, rangeUnit, bytes } = layout;
    this.#builder.reserve(pixelsPerColumn * ranges.length);
    const { arrays } = this.#builder;
    const since = Number(BigInt.asIntN(64, view.getBigUint64(at, true) - frame.sensorNs)) / 1e9;
    this.#geometry.turnTo(column);
    for (let beam = 0; beam < pixelsPerColumn; beam++) {
      const pixel = at + (this.#legacy ? 16 : 12) + beam * bytes;
      for (let nth = 0; nth < ranges.length; nth++) {
        const raw = rangeSize === 4 ? view.getUint32(pixel + ranges[nth]!, true) : view.getUint16(pixel, true);
        const range = (raw & rangeBits) * rangeUnit;
        if (range === 0) continue;
        const i = this.#builder.count++;
        this.#geometry.place(beam, range, arrays, i);
        arrays.range[i] = range * MILLIMETRE;
        arrays.beamId[i] = beam;
        arrays.returnType[i] = nth + 1;
        arrays.pointTimestamp[i] = since;
        const reflectivity = pixel + layout.reflectivities[nth]!;
        arrays.reflectivity[i] = layout.reflectivitySize === 1
          ? view.getUint8(reflectivity)
          : view.getUint16(reflectivity, true);
        const nearIr = pixel + layout.nearIr;
        arrays.nearIr[i] = (layout.nearIrSize === 1 ? view.getUint8(nearIr) : view.getUint16(nearIr, true)) *
          layout.nearIrUnit;
        if (layout.signals.length > 0) arrays.intensity[i] = view.getUint16(pixel + layout.signals[nth]!, true);
      }
    }
  }
}

/** Where the beams go, in the sensor's frame. */
class Geometry {
  readonly #metadata: OusterMetadata;
  /** Each beam's direction when the encoder is at 0. */
  readonly #directions: readonly (readonly [x: number, y: number, z: number])[];
  readonly #originLength: number;
  #cos = 1;
  #sin = 0;

  constructor(metadata: OusterMetadata) {
    this.#metadata = metadata;
    this.#directions = metadata.beamAltitudeAngles.map((degrees, beam) => {
      const altitude = degrees * Math.PI / 180;
      const azimuth = -metadata.beamAzimuthAngles[beam]! * Math.PI / 180;
      return [Math.cos(azimuth) * Math.cos(altitude), Math.sin(azimuth) * Math.cos(altitude), Math.sin(altitude)];
    });
    this.#originLength = Math.hypot(...metadata.beamOrigin);
  }

  /** Sets the encoder to a column. */
  turnTo(column: number): void {
    const encoder = 2 * Math.PI * (1 - column / this.#metadata.columnsPerFrame);
    this.#cos = Math.cos(encoder);
    this.#sin = Math.sin(encoder);
  }

  /** Writes the point at `range` millimetres along a beam: ranges begin at the axis, beams some way out. */
  place(beam: number, range: number, { x, y, z }: Record<"x" | "y" | "z", Float32Array>, i: number): void {
    const [out, up] = this.#metadata.beamOrigin;
    const [dx, dy, dz] = this.#directions[beam]!;
    const length = range - this.#originLength;
    const lidarX = length * (dx * this.#cos - dy * this.#sin) + out * this.#cos;
    const lidarY = length * (dx * this.#sin + dy * this.#cos) + out * this.#sin;
    const lidarZ = length * dz + up;
    const m = this.#metadata.lidarToSensor;
    x[i] = (m[0]! * lidarX + m[1]! * lidarY + m[2]! * lidarZ + m[3]!) * MILLIMETRE;
    y[i] = (m[4]! * lidarX + m[5]! * lidarY + m[6]! * lidarZ + m[7]!) * MILLIMETRE;
    z[i] = (m[8]! * lidarX + m[9]! * lidarY + m[10]! * lidarZ + m[11]!) * MILLIMETRE;
  }
}
