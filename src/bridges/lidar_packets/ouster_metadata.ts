/**
 * What an Ouster sensor says of itself: the JSON it hands out, old and new.
 *
 * @module
 */
import { MosaicoError } from "../../base/mod.ts";

/** Layouts of packets that are read; `LEGACY` is that of all sensors before firmware 2.0. */
export type OusterProfile =
  | "LEGACY"
  | "RNG19_RFL8_SIG16_NIR16"
  | "RNG19_RFL8_SIG16_NIR16_DUAL"
  | "RNG15_RFL8_NIR8";

/** What is needed to make points of packets. Lengths are in millimetres and angles in degrees, as the sensor has them. */
export interface OusterMetadata {
  /** Layout of its packets. */
  readonly profile: OusterProfile;
  /** Columns of a turn. */
  readonly columnsPerFrame: number;
  /** Columns of a packet. */
  readonly columnsPerPacket: number;
  /** Beams. */
  readonly pixelsPerColumn: number;
  /** Azimuth each beam is turned by, clockwise. One for each beam. */
  readonly beamAzimuthAngles: readonly number[];
  /** Elevation of each beam. */
  readonly beamAltitudeAngles: readonly number[];
  /** From the axis of rotation to where the beams leave: outwards, and upwards. */
  readonly beamOrigin: readonly [out: number, up: number];
  /** From the frame of the angles to the sensor's: a 4 × 4 matrix, row by row. */
  readonly lidarToSensor: readonly number[];
}

const PROFILES: readonly string[] = [
  "LEGACY",
  "RNG19_RFL8_SIG16_NIR16",
  "RNG19_RFL8_SIG16_NIR16_DUAL",
  "RNG15_RFL8_NIR8",
] satisfies OusterProfile[];

const MAX_COLUMNS = 4096;
const MAX_COLUMNS_OF_PACKET = 64;
const MAX_BEAMS = 256;

/**
 * Reads a sensor's metadata: the JSON text, or what it parses to. Both forms are read: the flat one of older firmware and
 * tools, and the one in sections.
 *
 * @throws {MosaicoError} `codec.lidar_metadata` when something is missing, or not what it should be
 */
export function ousterMetadata(json: string | object): OusterMetadata {
  const all = flatten(typeof json === "string" ? parse(json) : json);
  const profile = all["udp_profile_lidar"] ?? "LEGACY";
  if (typeof profile !== "string" || !PROFILES.includes(profile)) {
    throw metadataError(`udp_profile_lidar is ${show(profile)}, expected one of ${PROFILES.join(", ")}`);
  }
  const columnsPerFrame = count(all, "columns_per_frame", MAX_COLUMNS, Number.parseInt(String(all["lidar_mode"]), 10));
  const columnsPerPacket = count(all, "columns_per_packet", MAX_COLUMNS_OF_PACKET, 16);
  const altitudes = all["beam_altitude_angles"];
  const beams = Array.isArray(altitudes) ? altitudes.length : 0;
  const pixelsPerColumn = count(all, "pixels_per_column", MAX_BEAMS, beams);
  return {
    profile: profile as OusterProfile,
    columnsPerFrame,
    columnsPerPacket,
    pixelsPerColumn,
    beamAzimuthAngles: numbers(all, "beam_azimuth_angles", pixelsPerColumn),
    beamAltitudeAngles: numbers(all, "beam_altitude_angles", pixelsPerColumn),
    beamOrigin: beamOrigin(all),
    lidarToSensor: numbers(all, "lidar_to_sensor_transform", 16),
  };
}

type Properties = Readonly<Record<string, unknown>>;

/** The properties of all sections, which have names of their own. */
function flatten(json: unknown): Properties {
  if (!isObject(json)) throw metadataError("it is no object");
  const sections = Object.values(json).filter(isObject);
  return Object.assign({}, json, ...sections);
}

function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw metadataError("it is not JSON", cause);
  }
}

function beamOrigin(all: Properties): [number, number] {
  if (all["beam_to_lidar_transform"] !== undefined) {
    const matrix = numbers(all, "beam_to_lidar_transform", 16);
    return [matrix[3]!, matrix[11]!];
  }
  const out = all["lidar_origin_to_beam_origin_mm"] ?? 0;
  if (typeof out !== "number" || !Number.isFinite(out)) {
    throw metadataError(`lidar_origin_to_beam_origin_mm is ${show(out)}, expected a number`);
  }
  return [out, 0];
}

function count(all: Properties, name: string, most: number, otherwise: number): number {
  const value = all[name] ?? otherwise;
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw metadataError(`${name} is ${show(value)}, expected a whole number from 1 to ${most}`);
}

function numbers(all: Properties, name: string, length: number): readonly number[] {
  const value = all[name];
  if (Array.isArray(value) && value.length === length && value.every(Number.isFinite)) return value;
  throw metadataError(`${name} is ${show(value)}, expected ${length} numbers`);
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? "missing").slice(0, 40);
}

function metadataError(what: string, cause?: unknown): MosaicoError {
  return new MosaicoError("codec.lidar_metadata", `Cannot read the Ouster metadata: ${what}`, {}, { cause });
}
