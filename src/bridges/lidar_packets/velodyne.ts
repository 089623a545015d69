/**
 * Velodyne's data packets: twelve blocks of an azimuth and 32 channels each.
 *
 * Sources: the user manuals of VLP-16, VLP-32C and HDL-32E.
 *
 * @module
 */
import type { Lidar, Message } from "../../ontology/mod.ts";
import {
  type LidarPacket,
  type LidarPackets,
  packetError,
  type PacketOptions,
  type PacketReader,
  scansOf,
} from "./packet.ts";
import { ScanBuilder, type ScanStart } from "./scan_builder.ts";
import {
  type Laser,
  VELODYNE_PRODUCTS,
  VELODYNE_SENSORS,
  type VelodyneModel,
  type VelodyneSensor,
} from "./velodyne_models.ts";

/** Options of {@linkcode velodyneScans}. */
export interface VelodyneOptions extends PacketOptions {
  /** The sensor; packets of another are refused. @default what the first packet says */
  readonly model?: VelodyneModel;
  /** Azimuth at which a scan ends and the next begins, degrees clockwise from the sensor's front. @default 0 */
  readonly cutAngle?: number;
}

const SENSOR = "Velodyne";
const PACKET_BYTES = 1206;
/** Positions of the GPS, which some recordings mix in. */
const POSITION_PACKET_BYTES = 512;
const BLOCKS = 12;
const BLOCK_BYTES = 100;
const BLOCK_FLAG = 0xeeff;
const CHANNELS = 32;
const TURN = 36_000; // hundredths of a degree
const RADIANS = 2 * Math.PI / TURN;

/** What a block's return is, in the numbers of the sensor. */
const STRONGEST = 0x37;
const LAST = 0x38;
const DUAL = 0x39;

/** An azimuth further back than this is the next turn, not packets out of order. */
const MAX_DISORDER = 1000;
/** Blocks further apart than this say nothing of the speed of rotation. */
const MAX_BLOCK_TURN = 1000;
/** A turn takes no longer: the slowest is five a second. */
const MAX_TURN_MICROS = 250_000;
/** Packets of a turn, whatever its times say: three times those of the sensor that sends the most, at its slowest. */
const MAX_PACKETS_OF_TURN = 2000;
const HOUR_MICROS = 3_600_000_000;
const HOUR_NS = 3_600_000_000_000n;

/**
 * The scans in packets of a VLP-16, VLP-32C or HDL-32E (by its UDP payloads of 1,206 bytes; position packets are passed
 * over), one for each turn: x forward, y left, z up. Points are in the order they were measured; channels without a return
 * have none, and with dual returns a second one only where it differs.
 *
 * A scan's time is the arrival of its first packet; its header has the sensor's own, which counts from the top of the hour
 * and is taken to be within half an hour of the arrival. The first and last scan may be parts of a turn.
 *
 * @throws {MosaicoError} `codec.lidar_packet` unless `onInvalidPacket` takes it
 * @throws {RangeError} when an option is out of range
 *
 * @example
 * ```ts
 * import { velodyneScans } from "@mosaico/client/bridges/lidar";
 *
 * const packets = [{ timestampNs: 1_700_000_000_000_000_000n, data: new Uint8Array(1206) }];
 * const scans = velodyneScans(packets, { model: "VLP-16", onInvalidPacket: (error) => console.log(error.message) });
 * for await (const { timestampNs, data } of scans) console.log(timestampNs, data.x.length);
 * ```
 */
export function velodyneScans(
  packets: LidarPackets,
  options: VelodyneOptions = {},
): AsyncGenerator<Message<Lidar>, void, undefined> {
  return scansOf(packets, new VelodyneReader(options), options.onInvalidPacket);
}

/** A turn that is going on. */
interface Turn extends ScanStart {
  /** The sensor's time of its beginning, µs after the hour. */
  readonly micros: number;
  /** How far the last block was from the cut. */
  reached: number;
  packets: number;
}

class VelodyneReader implements PacketReader {
  readonly #cut: number;
  readonly #builder: ScanBuilder;
  #model: VelodyneModel | undefined;
  #turn: Turn | undefined;
  /** Speed of rotation, hundredths of a degree in a µs. */
  #speed = 0;

  constructor({ model, cutAngle = 0, frameId = "" }: VelodyneOptions) {
    if (!(cutAngle >= 0 && cutAngle < 360)) {
      throw new RangeError(`Cannot read Velodyne packets: cutAngle is ${cutAngle}, expected 0 to below 360`);
    }
    if (model !== undefined && !Object.hasOwn(VELODYNE_SENSORS, model)) {
      const known = Object.keys(VELODYNE_SENSORS).join(", ");
      throw new RangeError(`Cannot read Velodyne packets: model is ${model}, expected one of ${known}`);
    }
    this.#model = model;
    this.#cut = cutAngle * 100;
    const columns = ["x", "y", "z", "range", "intensity", "beamId", "returnType", "pointTimestamp"] as const;
    this.#builder = new ScanBuilder(columns, frameId);
  }

  read({ timestampNs, data }: LidarPacket): readonly Message<Lidar>[] {
    if (data.byteLength === POSITION_PACKET_BYTES) return [];
    if (data.byteLength !== PACKET_BYTES) {
      throw packetError(SENSOR, `it has ${data.byteLength} bytes, expected ${PACKET_BYTES}`);
    }
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const sensor = this.#sensorOf(view);
    const mode = view.getUint8(1204);
    if (mode < STRONGEST || mode > DUAL) throw packetError(SENSOR, `its return mode is ${mode}`);
    const micros = view.getUint32(1200, true);
    if (micros >= HOUR_MICROS) throw packetError(SENSOR, `its time is ${micros} µs after the hour`);
    for (let block = 0; block < BLOCKS; block++) {
      const [flag, azimuth] = [view.getUint16(block * BLOCK_BYTES, true), azimuthOf(view, block)];
      if (flag !== BLOCK_FLAG) throw packetError(SENSOR, `block ${block} has the flag ${flag}, which is not supported`);
      if (azimuth >= TURN) throw packetError(SENSOR, `block ${block} has the azimuth ${azimuth}`);
    }
    return this.#readBlocks(view, sensor, mode, micros, timestampNs);
  }

  end(): Message<Lidar> | undefined {
    const turn = this.#turn;
    this.#turn = undefined;
    return turn && this.#builder.finish(turn);
  }

  #sensorOf(view: DataView): VelodyneSensor {
    const product = view.getUint8(1205);
    const model = VELODYNE_PRODUCTS.get(product);
    const wanted = this.#model ?? model;
    if (wanted === undefined) throw packetError(SENSOR, `product ${product} is not supported`);
    if (model !== wanted) throw packetError(SENSOR, `it is of product ${product}, expected one of a ${wanted}`);
    this.#model = wanted;
    return VELODYNE_SENSORS[wanted];
  }

  #readBlocks(
    view: DataView,
    sensor: VelodyneSensor,
    mode: number,
    micros: number,
    timestampNs: bigint,
  ): readonly Message<Lidar>[] {
    const whole: Message<Lidar>[] = [];
    const blocksAtOnce = mode === DUAL ? 2 : 1;
    const blockMicros = CHANNELS / sensor.lasers.length * sensor.cycle;
    for (let block = 0; block < BLOCKS; block += blocksAtOnce) {
      const azimuth = azimuthOf(view, block);
      if (block + blocksAtOnce < BLOCKS) {
        const turned = (azimuthOf(view, block + blocksAtOnce) - azimuth + TURN) % TURN;
        if (turned < MAX_BLOCK_TURN) this.#speed = turned / blockMicros;
      }
      const at = micros + block / blocksAtOnce * blockMicros;
      if (!this.#goesOn(azimuth, at)) {
        const before = this.end();
        if (before !== undefined) whole.push(before);
        this.#begin(azimuth, at, timestampNs);
      }
      this.#builder.reserve(2 * CHANNELS);
      for (let i = 0; i < blocksAtOnce; i++) {
        const returned = mode !== DUAL ? mode : i === 0 ? LAST : STRONGEST;
        this.#readBlock(view, block + i, i, sensor, returned, azimuth, at);
      }
    }
    this.#turn!.packets++;
    return whole;
  }

  #begin(azimuth: number, micros: number, timestampNs: bigint): void {
    const reached = this.#fromCut(azimuth);
    this.#turn = { timestampNs, sensorNs: nearestHour(micros, timestampNs), micros, reached, packets: 0 };
  }

  /** Whether a block belongs to the turn that is going on. */
  #goesOn(azimuth: number, micros: number): boolean {
    const turn = this.#turn;
    if (turn === undefined || turn.packets > MAX_PACKETS_OF_TURN) return false;
    const reached = this.#fromCut(azimuth);
    const since = microsBetween(turn.micros, micros);
    if (reached < turn.reached - MAX_DISORDER || since > MAX_TURN_MICROS) return false;
    if (since >= 0) turn.reached = Math.max(turn.reached, reached); // else it comes late, from the turn before
    return true;
  }

  #fromCut(azimuth: number): number {
    return (azimuth - this.#cut + TURN) % TURN;
  }

  /** Adds the points of a block; of a second return (`sameAs` blocks before has the first) only those that differ. */
  #readBlock(
    view: DataView,
    block: number,
    sameAs: number,
    { lasers, cycle, distanceUnit }: VelodyneSensor,
    returnType: number,
    azimuth: number,
    micros: number,
  ): void {
    const { arrays } = this.#builder;
    const since = microsBetween(this.#turn!.micros, micros);
    for (let channel = 0; channel < CHANNELS; channel++) {
      const from = block * BLOCK_BYTES + 4 + 3 * channel;
      const distance = view.getUint16(from, true);
      if (distance === 0) continue;
      const intensity = view.getUint8(from + 2);
      const first = from - sameAs * BLOCK_BYTES;
      if (sameAs > 0 && view.getUint16(first, true) === distance && view.getUint8(first + 2) === intensity) continue;
      const laser: Laser = lasers[channel % lasers.length]!;
      const delay = Math.floor(channel / lasers.length) * cycle + laser.delay;
      const angle = (azimuth + this.#speed * delay + laser.azimuthOffset) * RADIANS;
      const range = distance * distanceUnit;
      const across = range * Math.cos(laser.elevation);
      const i = this.#builder.count++;
      arrays.x[i] = across * Math.cos(angle);
      arrays.y[i] = -across * Math.sin(angle);
      arrays.z[i] = range * Math.sin(laser.elevation) + laser.height;
      arrays.range[i] = range;
      arrays.intensity[i] = intensity;
      arrays.beamId[i] = laser.ring;
      arrays.returnType[i] = returnType;
      arrays.pointTimestamp[i] = (since + delay) / 1e6;
    }
  }
}

function azimuthOf(view: DataView, block: number): number {
  return view.getUint16(block * BLOCK_BYTES + 2, true);
}

/** Time from one time after the hour to another, µs: at most half an hour, either way. */
function microsBetween(from: number, to: number): number {
  return (to - from + 1.5 * HOUR_MICROS) % HOUR_MICROS - HOUR_MICROS / 2;
}

/** A time of `micros` after some hour, that within half an hour of `timestampNs`. */
function nearestHour(micros: number, timestampNs: bigint): bigint {
  const time = timestampNs - timestampNs % HOUR_NS + BigInt(Math.round(micros * 1000));
  if (time - timestampNs > HOUR_NS / 2n) return time - HOUR_NS;
  return timestampNs - time > HOUR_NS / 2n ? time + HOUR_NS : time;
}
