/**
 * `sensor_msgs` of cameras: pictures, raw and compressed, and calibration.
 *
 * @module
 */
import { CameraInfo, CompressedImage, Image, type ImageFormat, type NumberList, ROI } from "../../../ontology/mod.ts";
import { type RosAdapter, rosAdapter } from "../adapter.ts";
import { header, type RosHeader } from "./common.ts";

interface RosImage {
  readonly header: RosHeader;
  readonly height: number;
  readonly width: number;
  readonly encoding: string;
  readonly is_bigendian: number;
  readonly step: number;
  readonly data: Uint8Array;
}

interface RosCompressedImage {
  readonly header: RosHeader;
  readonly format: string;
  readonly data: Uint8Array;
}

interface RosRegionOfInterest {
  readonly x_offset: number;
  readonly y_offset: number;
  readonly height: number;
  readonly width: number;
  readonly do_rectify: boolean;
}

/** Matrices of a calibration, as ROS 2 names them. */
interface RosMatrices {
  readonly d: NumberList;
  readonly k: NumberList;
  readonly r: NumberList;
  readonly p: NumberList;
}

/** The same, as ROS 1 names them. */
interface Ros1Matrices {
  readonly D: NumberList;
  readonly K: NumberList;
  readonly R: NumberList;
  readonly P: NumberList;
}

interface RosCalibration {
  readonly header: RosHeader;
  readonly height: number;
  readonly width: number;
  readonly distortion_model: string;
  readonly binning_x: number;
  readonly binning_y: number;
  readonly roi: RosRegionOfInterest;
}

function image(message: RosImage): Image {
  const { height, width, step, data, encoding } = message;
  if (data.length !== height * step) {
    throw new RangeError(
      `the image holds ${data.length} bytes, its ${height} rows of ${step} bytes are ${height * step}`,
    );
  }
  return {
    header: header(message.header),
    data,
    format: "raw",
    width,
    height,
    stride: step,
    encoding,
    isBigendian: message.is_bigendian !== 0,
  };
}

const FORMATS: Readonly<Record<string, ImageFormat>> = {
  png: "png",
  jpeg: "jpeg",
  jpg: "jpeg",
  tiff: "tiff",
  h264: "h264",
  hevc: "hevc",
};

/**
 * Codec of the `format` text of ROS, which is a codec (`jpeg`) or a sentence with one
 * (`bgr8; jpeg compressed bgr8`, `16UC1; compressedDepth png`).
 */
export function compressedFormat(format: string): ImageFormat {
  const words = format.split(/\s+/).filter((word) => word !== "");
  if (words.length === 0) return "png";
  if (words.length === 1) return FORMATS[words[0]!.toLowerCase()] ?? "raw";
  const plain = words.includes("compressed");
  const depth = words.includes("compressedDepth");
  if (plain === depth) {
    throw new RangeError(`image format "${format.slice(0, 80)}" does not say which codec it is`);
  }
  return FORMATS[(plain ? words[1]! : words[2] ?? "png").toLowerCase()] ?? "raw";
}

function roi(region: RosRegionOfInterest): ROI {
  const { height, width } = region;
  return { offset: { x: region.x_offset, y: region.y_offset }, height, width, doRectify: region.do_rectify };
}

function cameraInfo(message: RosCalibration & (RosMatrices | Ros1Matrices)): CameraInfo {
  const { d, k, r, p } = "d" in message ? message : { d: message.D, k: message.K, r: message.R, p: message.P };
  return {
    header: header(message.header),
    height: message.height,
    width: message.width,
    distortionModel: message.distortion_model,
    distortionParameters: d,
    intrinsicParameters: k,
    rectificationParameters: r,
    projectionParameters: p,
    binning: { x: message.binning_x, y: message.binning_y },
    roi: roi(message.roi),
  };
}

/** Adapters of the messages of cameras. */
export const cameraAdapters: readonly RosAdapter[] = [
  rosAdapter("sensor_msgs/Image", Image, image),
  rosAdapter("sensor_msgs/CompressedImage", CompressedImage, (message: RosCompressedImage) => ({
    header: header(message.header),
    data: message.data,
    format: compressedFormat(message.format),
  })),
  rosAdapter("sensor_msgs/CameraInfo", CameraInfo, cameraInfo),
  rosAdapter("sensor_msgs/RegionOfInterest", ROI, roi),
];
